import { type Held, type Judge, type Load, round } from './seen.ts';

/**
 * Schedulers that send a connection to the RS that has least to do. What they compare, after the kernel's sources:
 * ip_vs_lc.c and ip_vs_wlc.c count an active connection as 256 inactive ones (ip_vs_dest_conn_overhead), ip_vs_sed.c
 * and ip_vs_nq.c the active ones and the next.
 */
const costs: Readonly<Record<string, (load: Load) => number>> = {
  lc: ({ active, inactive }) => active * 256 + inactive,
  wlc: byWeight,
  lblcr: byWeight,
  sed: ({ active, weight }) => (active + 1) / weight,
  nq: ({ active, weight }) => (active + 1) / weight,
};
function byWeight({ active, inactive, weight }: Load): number {
  return (active * 256 + inactive) / weight;
}

const words: Readonly<Record<string, string>> = {
  lc: 'the next connection goes to the RS with the fewest',
  wlc: 'the next connection goes to the RS with the fewest for its weight',
  sed: 'the next connection goes where it waits least: (active + 1) / weight',
  nq: 'the next connection goes to an idle RS, else to the one with the least (active + 1) / weight',
};

/** Judges by the connections that were held open. */
export const least: Judge = ({ service, held, heldBy, before, after, others }) => {
  const { scheduler, protocol, verify } = service;
  const promise = words[scheduler] ?? scheduler;
  if (held !== undefined) {
    return {
      promise: `${promise}; ${held.opened} connections were held open`,
      faults: misplaced(scheduler, held),
      notes: [],
    };
  }
  // Connections without an end of their own, as those of UDP, stay in the table and are load themselves.
  if (protocol === 'udp') {
    return { promise, faults: wrongly(scheduler, before, after, others === 0), notes: [] };
  }
  if (heldBy !== undefined)
    return { promise, faults: [], notes: [`judged by connections that ${heldBy} held`] };
  const why =
    verify.hold === 0 ? 'verify.hold is 0' : `no connection of ${protocol.toUpperCase()} was held open`;
  return { promise, faults: [], notes: [`the balance was not judged: ${why}`] };
};

/** The RS that got a held connection although another had less to do. */
export function misplaced(scheduler: string, held: Held): readonly string[] {
  return held.rounds.flatMap(({ before, after, opened }) => {
    const grown = after.reduce((sum, { active }, index) => sum + active - (before[index]?.active ?? 0), 0);
    return wrongly(scheduler, before, after, grown === opened);
  });
}

/**
 * Greedy choices leave a mark on the last state: whoever got a connection had, before its last one, no more to do
 * than any other has now. Inactive connections only end meanwhile, so the most that another can have had counts. Where
 * others come and go, four times the square root of an RS' connections are allowed, as for what comes by chance.
 */
function wrongly(
  scheduler: string,
  before: readonly Load[],
  after: readonly Load[],
  alone: boolean,
): readonly string[] {
  const cost = costs[scheduler];
  if (cost === undefined) return [];
  const was = new Map(before.map(load => [load.host, load]));
  const serving = after.filter(({ weight }) => weight > 0);
  const slack = alone ? 0 : 1 + 4 * Math.sqrt(Math.max(0, ...serving.map(({ active }) => active)));
  const faults = serving.flatMap(one => {
    const then = was.get(one.host)?.active ?? 0;
    const last = { ...one, active: one.active - 1 };
    if (one.active <= then || (scheduler === 'nq' && last.active === 0)) return [];
    const rival = serving.find(other => {
      if (other.host === one.host) return false;
      if (scheduler === 'nq' && alone && other.active === 0) return true;
      const inactive = Math.max(other.inactive, was.get(other.host)?.inactive ?? 0);
      return cost(last) > cost({ ...other, active: other.active + slack, inactive });
    });
    if (rival === undefined) return [];
    return [
      `${one.host} got a connection and has ${loadWords(one)}, while ${rival.host} has ${loadWords(rival)}`,
    ];
  });
  return faults.slice(0, 1);
}

function loadWords({ active, weight }: Load): string {
  return `${round(active)} at weight ${weight}`;
}
