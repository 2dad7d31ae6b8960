import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, keyAt, linesOf } from './answer.ts';

/** Where lvsform keeps the sysctls that hold after a reboot (sysctl.d(5): read in order of names). */
export const sysctlBootFile = '/etc/sysctl.d/60-lvsform.conf';

/**
 * A sysctl's running value, null where the kernel has no such key now; and its value in lvsform's boot file.
 */
export interface SysctlEntry {
  readonly value: string | null;
  readonly boot: string | null;
}

/**
 * Sysctls by key as `sysctlPath` takes it. One grep reads all of them and the boot file: a shell's own `read`
 * takes single bytes, and /proc/sys answers only the first read of a number.
 */
export const sysctls: Probe<SysctlEntry> = {
  name: 'sysctls',
  script: keys => script('lvsform-read-sysctls', text, sysctlBootFile, ...keys.map(sysctlPath)),

  parse(result, keys) {
    const boot = new Map<string, string>();
    const values = new Map<string, string>();
    const paths = new Set(keys.map(sysctlPath));
    const missing = new Set<string>();
    for (const line of linesOf('sysctls', result)) {
      const absent = /^absent (\d+)$/.exec(line);
      if (absent) missing.add(keyAt('sysctls', keys, absent[1]));
      else if (line.startsWith(`${sysctlBootFile}:`)) readBoot(line.slice(sysctlBootFile.length + 1), boot);
      else addValue(line, paths, values);
    }
    const entries = new Map<string, SysctlEntry | undefined>();
    for (const key of keys) {
      const value = values.get(sysctlPath(key));
      if (value === undefined && !missing.has(key)) continue;
      entries.set(key, { value: value ?? null, boot: boot.get(sysctlPath(key)) ?? null });
    }
    return entries;
  },
};

/**
 * The path below /proc/sys of a key in either of sysctl.d(5)'s spellings: the first separator tells, and
 * the other one stands for itself (`net.ipv4.conf.eth0/100.arp_ignore`, `net/ipv4/conf/eth0.100/arp_ignore`).
 */
export function sysctlPath(key: string): string {
  const slashes = /^[^./]*\//.test(key);
  return slashes ? key : key.replace(/[./]/g, mark => (mark === '.' ? '/' : '.'));
}

function readBoot(line: string, boot: Map<string, string>): void {
  const match = /^\s*([^#;=\s]+)\s*=\s*(.*)$/.exec(line);
  if (match) boot.set(sysctlPath(match[1] ?? ''), (match[2] ?? '').trim());
}

function addValue(line: string, paths: ReadonlySet<string>, values: Map<string, string>): void {
  // A path may hold a colon too, by the alias of an interface.
  const path = [...line.matchAll(/:/g)]
    .map(({ index }) => line.slice('/proc/sys/'.length, index))
    .find(head => paths.has(head));
  if (path === undefined) throw garbled('sysctls', line);
  const value = line.slice(`/proc/sys/${path}:`.length);
  const before = values.get(path);
  values.set(path, before === undefined ? value : `${before}\n${value}`);
}

const text = `export LC_ALL=C
[ -d /proc/sys/kernel ] || { echo '/proc/sys is not there' >&2; exit 1; }
boot=$1; shift
count=$#; n=0
while [ "$n" -lt "$count" ]; do
  path=/proc/sys/$1; shift
  if [ -e "$path" ]; then set -- "$@" "$path"; else echo "absent $n"; fi
  n=$((n + 1))
done
if [ -e "$boot" ]; then set -- "$boot" "$@"; fi
[ $# -eq 0 ] || grep '' /dev/null "$@"
echo end
`;
