import { script } from '../model/command.ts';
import type { Answers, Probe } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import { garbled, linesOf } from './answer.ts';

export const packageManagers = ['apt', 'dnf', 'yum', 'zypper'] as const;
export type PackageManager = (typeof packageManagers)[number];

/** A package as its host's package manager knows it; versions are whole (`1:2.2.7-1+b2`). */
export interface PackageEntry {
  readonly manager: PackageManager;
  readonly installed?: string;
  /** The version that an installation would bring, as far as the lists on the host know. */
  readonly candidate?: string;
}

/**
 * Packages by name, from the databases on the host: dpkg-query(1) and `apt-cache policy`, or `rpm -q` and
 * `dnf info` or `zypper info` from its cache. No list is fetched, for reading writes nothing; so a host whose lists were
 * never fetched has no candidates; nor has what is installed, for nothing takes longer than to ask for them.
 */
export const packages: Probe<PackageEntry> = {
  name: 'packages',
  script: keys => script('lvsform-read-packages', text, ...keys),

  parse(result, keys) {
    const lines = linesOf('packages', result);
    const manager = managerOf(lines[0]);
    const split = lines.indexOf('candidates');
    if (split < 0) throw garbled('packages', lines.join('\n'));
    const installed = manager === 'apt' ? dpkg(lines.slice(1, split)) : rpm(lines.slice(1, split));
    const candidates =
      manager === 'apt' ? policy(lines.slice(split + 1)) : info(lines.slice(split + 1), manager);
    return new Map(
      keys.map(key => {
        const version = installed.get(key);
        const candidate = candidates.get(key);
        return [
          key,
          {
            manager,
            ...(version === undefined ? {} : { installed: version }),
            ...(candidate === undefined ? {} : { candidate }),
          },
        ];
      }),
    );
  },
};

/**
 * The version that a package's templates have to serve, as its authors number it (`2.2.7`): the installed
 * one, or on a host that is still blank the one that will be installed. undefined where neither is known.
 */
export function upstreamVersion(answers: Answers, name: string): string | undefined {
  const entry = answers.get(packages, name);
  const version = entry?.installed ?? entry?.candidate;
  return version
    ?.replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/\+.*$/, '');
}

function managerOf(line: string | undefined): PackageManager {
  const manager = packageManagers.find(one => one === line);
  if (manager !== undefined) return manager;
  if (line !== 'none') throw garbled('packages', String(line));
  throw new Problem('no package manager that lvsform knows', {
    why: 'neither apt-get with dpkg nor dnf, yum or zypper with rpm is on this host',
  });
}

/** Only the status `installed` counts; what dpkg left half done or only configured is installed anew. */
function dpkg(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const [name, status, version] = line.split(' ');
    if (name === undefined || status === undefined) throw garbled('packages', line);
    if (status === 'installed' && version !== undefined) found.set(name, version);
  }
  return found;
}

function policy(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  let name = '';
  for (const line of lines) {
    name = /^(\S+):$/.exec(line)?.[1]?.replace(/:.*/, '') ?? name;
    const candidate = /^ {2}Candidate: (\S+)$/.exec(line)?.[1];
    if (candidate !== undefined && candidate !== '(none)') found.set(name, candidate);
  }
  return found;
}

function rpm(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const match = /^(\S+) installed (\S+)$/.exec(line);
    if (match) found.set(match[1] ?? '', (match[2] ?? '').replace(/^0:/, ''));
    else if (!/^package .* is not installed$/.test(line)) throw garbled('packages', line);
  }
  return found;
}

/**
 * `dnf info` and `yum info`: a member a line; the last block of a name is the newest available one. zypper has epoch,
 * version and release in one member.
 */
function info(lines: readonly string[], manager: PackageManager): Map<string, string> {
  const found = new Map<string, string>();
  let [name, epoch, version] = ['', '0', ''];
  for (const line of lines) {
    const [, member, value = ''] = /^(\w+) *: (\S+)$/.exec(line) ?? [];
    if (member === 'Name') [name, epoch] = [value, '0'];
    else if (member === 'Version' && manager === 'zypper') found.set(name, value.replace(/^0:/, ''));
    else if (member === 'Epoch') epoch = value;
    else if (member === 'Version') version = value;
    else if (member === 'Release') found.set(name, `${epoch === '0' ? '' : `${epoch}:`}${version}-${value}`);
  }
  return found;
}

/**
 * dpkg-query ends with 1 where it does not know a name, and with 2 where it failed; rpm counts the unknown
 * names.
 */
const text = `export LC_ALL=C
is_installed() {
  case "
$shown
" in *"
$1 installed "*) return 0 ;; *) return 1 ;; esac
}
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  echo apt
  shown=$(dpkg-query -W -f '\${Package} \${db:Status-Status} \${Version}\\n' -- "$@" 2>/dev/null)
  [ $? -le 1 ] || { echo 'dpkg-query failed' >&2; exit 1; }
  [ -z "$shown" ] || printf '%s\\n' "$shown"
  echo candidates
  for name do
    shift
    is_installed "$name" || set -- "$@" "$name"
  done
  [ $# -eq 0 ] || apt-cache policy -- "$@" || exit 1
elif command -v rpm >/dev/null && { command -v dnf || command -v yum || command -v zypper; } >/dev/null; then
  for manager in dnf yum zypper; do
    ! command -v "$manager" >/dev/null || break
  done
  echo "$manager"
  rpm --version >/dev/null || exit 1
  shown=$(rpm -q --qf '%{NAME} installed %|EPOCH?{%{EPOCH}}:{0}|:%{VERSION}-%{RELEASE}\\n' -- "$@")
  [ -z "$shown" ] || printf '%s\\n' "$shown"
  echo candidates
  for name do
    shift
    is_installed "$name" || set -- "$@" "$name"
  done
  if [ $# -eq 0 ]; then :
  elif [ "$manager" = zypper ]; then zypper --non-interactive --no-refresh -q info -- "$@" 2>/dev/null
  else "$manager" -q -C info -- "$@" 2>/dev/null
  fi
else
  echo none
fi
echo end
`;
