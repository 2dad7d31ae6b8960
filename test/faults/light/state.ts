import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import type { LightHost } from './host.ts';

/** Everything of a host that a run can change, a line for each thing, by its name. */
export type State = ReadonlyMap<string, string>;

/** What changes by itself: logs, caches of the package manager, what sudo and the tools for accounts remember; and copies of others' edits. */
const passing =
  /^\/(?:var\/log|var\/cache|var\/lib\/sudo|var\/lib\/apt\/lists|var\/lib\/lvsform\/edited|hold|shim)(?:\/|$)|^\/root\/\.|-old$|^\/etc\/g?(?:passwd|group|shadow)-$|\/\.sudo_as_admin_successful$/;

/**
 * The files that differ from the layers below, with type, mode, owner and content; addresses, routes, rules, sysctls of
 * the host's network, and what its services say of themselves.
 */
export function stateOf(ground: Ground, host: LightHost, services: readonly string[]): State {
  const found = new Map<string, string>();
  for (const [path, line] of files(ground, host.upper)) found.set(path, line);
  let section = '';
  for (const line of host.inside(liveText, ...services).split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3);
    else if (line !== '') found.set(`${section}: ${line}`, '');
  }
  return found;
}

/** Inode and times of every file that was changed: what a run that changes nothing leaves as it is. */
export function touchesOf(host: LightHost): State {
  const found = new Map<string, string>();
  walk(host.upper, '', (path, stat) => {
    found.set(path, `${stat.ino} ${stat.mtimeMs} ${stat.ctimeMs}`);
  });
  return found;
}

/** What only one of two states has, `-` the first and `+` the second. */
export function differences(before: State, after: State): readonly string[] {
  const lines = (state: State) => new Set([...state].map(([name, text]) => `${name} ${text}`));
  const [old, now] = [lines(before), lines(after)];
  return [
    ...[...old].filter(line => !now.has(line)).map(line => `- ${line}`),
    ...[...now].filter(line => !old.has(line)).map(line => `+ ${line}`),
  ];
}

function files(ground: Ground, upper: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  walk(upper, '', (path, stat) => {
    // What a service has loaded is remembered by the times of its files, too.
    const line = describe(join(upper, path), stat, path.startsWith('/var/lib/lvsform/loaded/'));
    const below = ground.layers
      .map(layer => join(layer, path))
      .flatMap(file => {
        const old = lstatSync(file, { throwIfNoEntry: false });
        return old === undefined ? [] : [describe(file, old)];
      })[0];
    // A whiteout of nothing is what is left of a file that came and went.
    if (line !== below && !(line === 'gone' && below === undefined)) found.set(path, line);
  });
  return found;
}

function describe(file: string, stat: Stats, shallow = false): string {
  const owner = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
  if (stat.isDirectory()) return `directory ${owner}`;
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(file)}`;
  if (stat.isFile()) return `file ${owner} ${shallow ? '' : sum(readFileSync(file))}`;
  // overlayfs: a character device 0/0 hides what is below.
  return stat.isCharacterDevice() && stat.rdev === 0 ? 'gone' : `special ${owner}`;
}

function sum(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

function walk(root: string, path: string, visit: (path: string, stat: Stats) => void): void {
  for (const name of readdirSync(join(root, path))) {
    const below = `${path}/${name}`;
    if (passing.test(below)) continue;
    const stat = lstatSync(join(root, below), { throwIfNoEntry: false });
    if (stat === undefined) continue;
    visit(below, stat);
    if (stat.isDirectory()) walk(root, below, visit);
  }
}

const liveText = `export LC_ALL=C
echo '## address'; ip -o addr show | sed 's/ valid_lft.*//; s/^[0-9]*: //; s/@if[0-9]*//'
echo '## route'; ip route show table all; ip -6 route show table all
echo '## rule'; for t in filter nat mangle; do iptables-legacy-save -t "$t" 2>/dev/null | sed -n "s/^-A/$t -A/p"; done
echo '## sysctl'; cd /proc/sys/net && grep -rs . ipv4 core 2>/dev/null | grep -vE 'fastopen_key|/neigh/|_mem:|netdev_rss|tcp_(max_(orphans|tw)|ehash)'
cd /
echo '## service'
for s do printf '%s ' "$s"; /etc/init.d/$s status >/dev/null 2>&1; echo $?; done
echo '## page'; printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 127.0.0.1 8080 | tail -n 1
:`;
