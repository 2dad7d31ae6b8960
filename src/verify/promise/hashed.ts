import type { RealServer } from '../../model/cluster.ts';
import { isSure, type Judge, type Judged, type Seen, users } from './seen.ts';

/**
 * sh and mh choose by the client's address (ip_vs_sh.c, ip_vs_mh.c): one client, one RS. With sh-port and mh-port its
 * port counts, too, and each connection has another: then one RS that gets all would be chance.
 */
export const byClient: Judge = seen => {
  const { scheduler, schedulerFlags } = seen.service;
  const flag = schedulerFlags.find(each => each.endsWith('-port') || each === 'flag-2');
  return flag === undefined
    ? one(seen, `${scheduler} keeps a client at one RS`)
    : spread(seen, `${scheduler} with ${flag} spreads a client's connections`);
};

/** dh chooses by the address that is called (ip_vs_dh.c): all clients of a VIP come to one RS. */
export const byDestination: Judge = seen => {
  const promise = `${seen.service.scheduler} sends all that call one VIP to one RS`;
  return withEarlier(seen, one(seen, promise, vipsOf(seen)), promise);
};

/**
 * lblc and lblcr choose by the address that is called, too, until its RS has more active connections than its weight
 * and another has less than half of its own (ip_vs_lblc.c, is_overloaded).
 */
export const byDestinationAndLoad: Judge = seen => {
  const promise = `${seen.service.scheduler} sends all that call one VIP to one RS until it has more than it can take`;
  const judged = withEarlier(seen, one(seen, promise, vipsOf(seen)), promise);
  const full = [...seen.before, ...seen.after].find(({ active, weight }) => weight > 0 && active > weight);
  if (judged.faults.length === 0 || full === undefined) return judged;
  const why = `${full.host} had ${full.active} active connections, more than its weight ${full.weight}`;
  return { promise, faults: [], notes: [...judged.notes, `several RS answered: ${why}`] };
};

/** Requests after which one RS out of several is chance in less than 1 of 10000 cases. */
export function enoughToSpread(alive: readonly RealServer[]): number {
  for (let count = 1; count < most; count++) if (chanceOfOne(alive, count) < rare) return count;
  return most;
}

const rare = 1e-4;
const most = 64;

/** How likely all of `count` connections come to one RS, if each is sent by weight and chance. */
function chanceOfOne(alive: readonly RealServer[], count: number): number {
  const total = alive.reduce((sum, { weight }) => sum + weight, 0);
  return alive.reduce((sum, { weight }) => sum + (weight / total) ** count, 0);
}

function spread(seen: Seen, promise: string): Judged {
  const used = users(seen.counts);
  const total = [...seen.counts.values()].reduce((sum, count) => sum + count, 0);
  if (seen.alive.length < 2 || used.length !== 1) return { promise, faults: [], notes: [] };
  const chance = chanceOfOne(seen.alive, total);
  return chance < rare
    ? { promise, faults: [`all ${total} connections came to ${used[0]}: they are not spread`], notes: [] }
    : { promise, faults: [], notes: [`${total} requests are too few to tell whether they are spread`] };
}

function one(seen: Seen, promise: string, most = 1): Judged {
  const used = users(seen.counts);
  if (!isSure(seen)) return { promise, faults: [], notes: [unsure] };
  return {
    promise,
    faults: used.length > most ? [`${used.join(' and ')} answered: ${promise}`] : [],
    notes: [],
  };
}

const unsure = 'not judged: others were served meanwhile, and the answers do not name their RS';

function withEarlier(seen: Seen, judged: Judged, promise: string): Judged {
  const used = users(seen.counts);
  const other = [...seen.earlier].find(host => !used.includes(host));
  if (
    judged.faults.length > 0 ||
    other === undefined ||
    used.length === 0 ||
    vipsOf(seen) > 1 ||
    !isSure(seen)
  )
    return judged;
  return { ...judged, faults: [`${used[0]} answered, and ${other} another client: ${promise}`] };
}

function vipsOf({ service }: Seen): number {
  return service.mark?.vips.length ?? 1;
}
