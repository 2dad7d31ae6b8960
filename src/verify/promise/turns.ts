import type { RealServer } from '../../model/cluster.ts';
import { type Judge, round, type Seen } from './seen.ts';

/**
 * rr and wrr share new connections by weight, whatever the load (ipvsadm(8)). Over a round, which is the sum of the
 * weights without their common divisor, shares are exact (ip_vs_rr.c, ip_vs_wrr.c: one pointer a service): so is what
 * several rounds and a part of one can give. Where others are served meanwhile, one client's requests are a sample of
 * the turns, and `deviations` standard deviations of a binomial are allowed.
 */
export const turns: Judge = seen => {
  const { service, alive, counts, others, complete, sequence } = seen;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const parts = partsOf(service.scheduler, alive);
  const size = [...parts.values()].reduce((sum, part) => sum + part, 0);
  const share = (host: string) => (size === 0 ? 0 : (parts.get(host) ?? 0) / size);
  const expected = new Map([...counts.keys()].map(host => [host, share(host) * total]));
  const word =
    service.scheduler === 'rr' ? 'equal turns' : `turns by weight, ${[...parts.values()].join(':')}`;
  const exact = others === 0;
  const promise = exact
    ? `${word}, exact: nobody else was served`
    : `${word}, within ${deviations} standard deviations of a binomial: others were served`;
  if (!complete && sequence.length > 0) {
    return {
      promise,
      expected,
      faults: [],
      notes: ['shares were not judged: not every request was answered'],
    };
  }
  const unfair = alive.flatMap(({ host }) => {
    const got = counts.get(host) ?? 0;
    const [least, most] = exact ? window(total, parts.get(host) ?? 0, size) : sample(total, share(host));
    if (got >= least && got <= most) return [];
    const bound = least === most ? `${least}` : `${round(least)} to ${round(most)}`;
    return [`${host} got ${got} of ${total} requests, expected ${bound}`];
  });
  return {
    promise,
    expected,
    faults: [...unfair, ...(exact && unfair.length === 0 ? outOfTurn(seen) : [])],
    notes: [],
  };
};

/** Standard deviations that a sample may be off: more happens by chance in 1 of 15000 samples. */
const deviations = 4;

/** How often each RS comes in a round. */
function partsOf(scheduler: string, alive: readonly RealServer[]): ReadonlyMap<string, number> {
  const divisor = scheduler === 'rr' ? 1 : alive.reduce((divisor, { weight }) => gcd(divisor, weight), 0);
  return new Map(alive.map(({ host, weight }) => [host, scheduler === 'rr' ? 1 : weight / divisor]));
}

/** Requests that make a whole round. */
export function roundOf(scheduler: string, alive: readonly RealServer[]): number {
  return [...partsOf(scheduler, alive).values()].reduce((sum, part) => sum + part, 0);
}

/** The least and the most that comes to `part` of a round's `size` in `total` turns in a row, wherever they begin. */
export function window(total: number, part: number, size: number): readonly [number, number] {
  if (size === 0) return [0, 0];
  const whole = Math.floor(total / size) * part;
  const rest = total % size;
  return [whole + Math.max(0, rest - (size - part)), whole + Math.min(rest, part)];
}

function sample(total: number, share: number): readonly [number, number] {
  const slack = deviations * Math.sqrt(total * share * (1 - share)) + 1;
  return [Math.max(0, total * share - slack), Math.min(total, total * share + slack)];
}

/** Under rr each RS comes once before any comes again. */
function outOfTurn({ service, sequence, alive }: Seen): readonly string[] {
  if (service.scheduler !== 'rr') return [];
  const at = sequence.findIndex(
    (host, index) => index >= alive.length && host !== sequence[index - alive.length],
  );
  return at < 0
    ? []
    : [
        `answer ${at + 1} came from ${sequence[at]} and not from ${sequence[at - alive.length]}, whose turn it was`,
      ];
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
