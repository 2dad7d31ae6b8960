import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import { garbled, linesOf } from './answer.ts';

/** Where a route leads. */
export interface RouteEntry {
  readonly via: string | null;
  readonly interface: string | null;
  readonly source: string | null;
}

/** What the kernel tells routes apart by: two routes to one network differ by metric or table. */
export interface RouteName {
  readonly family: 4 | 6;
  readonly table: string;
  readonly metric: number;
  readonly to: string;
}

/** The key of a route. */
export function routeKey({ family, table, metric, to }: RouteName): string {
  return `${family} ${table} ${metric} ${to}`;
}

/**
 * Routes by `routeKey`: one `ip route show` for each family and table that is asked for (ip-route(8)). A
 * table without routes does not exist for the kernel: "FIB table does not exist" is a sign of absence.
 */
export const routes: Probe<RouteEntry> = {
  name: 'routes',

  script(keys) {
    const tables = new Set(keys.map(key => key.split(' ').slice(0, 2).join(' ')));
    return script('lvsform-read-routes', text, ...[...tables].flatMap(table => table.split(' ')));
  },

  parse(result, keys) {
    const listed = new Map<string, RouteEntry | string>();
    let [family, table] = ['', ''];
    for (const line of linesOf('routes', result)) {
      const words = line.replaceAll('\\', ' ').trim().split(/\s+/);
      if (words[0] === '@') {
        [, family = '', table = ''] = words;
        continue;
      }
      if (family === '') throw garbled('routes', line);
      const type = special.has(words[0] ?? '') ? words.shift() : undefined;
      const member = (name: string) => words[words.indexOf(name) + 1 || words.length] ?? null;
      const key = `${family} ${table} ${Number(member('metric') ?? 0)} ${words[0]}`;
      const entry = { via: member('via'), interface: member('dev'), source: member('src') };
      listed.set(
        key,
        words.includes('nexthop') ? 'has several next hops' : type ? `is of type ${type}` : entry,
      );
    }
    return new Map(keys.map(key => [key, plain(key, listed.get(key))]));
  },
};

/** Types of routes other than to a next hop or a link (ip-route(8)). */
const special = new Set([
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'local',
  'broadcast',
  'multicast',
  'anycast',
  'nat',
]);

function plain(key: string, found: RouteEntry | string | undefined): RouteEntry | undefined {
  if (typeof found !== 'string') return found;
  throw new Problem(`the route ${key} ${found}`, {
    why: 'lvsform could not put it back',
    next: 'remove it by hand, or leave this route out',
  });
}

const text = `export LC_ALL=C
while [ $# -gt 0 ]; do
  echo "@ $1 $2"
  if ! said=$(ip "-$1" -o route show table "$2" 2>&1); then
    case $said in
      *'FIB table does not exist'*) said= ;;
      *) printf '%s\\n' "$said" >&2; exit 1 ;;
    esac
  fi
  [ -z "$said" ] || printf '%s\\n' "$said"
  shift 2
done
echo end
`;
