import type { VirtualService } from '../../model/cluster.ts';
import { followsOpenConnections } from '../../model/scheduler.ts';
import { byClient, byDestination, byDestinationAndLoad, enoughToSpread } from './hashed.ts';
import { fillingTheHeaviest, toTheHeaviest } from './heaviest.ts';
import { least, misplaced } from './least.ts';
import { persistence } from './persistence.ts';
import type { Judge } from './seen.ts';
import { roundOf, turns } from './turns.ts';

/**
 * lblcr keeps a set of RS for a VIP, which grows under load and shrinks after a day (lblcr_expiration); within it the
 * least loaded one gets the next connection. So several RS that answer are wrong only if they do not follow that.
 */
const replicated: Judge = seen => {
  const judged = byDestinationAndLoad(seen);
  if (judged.faults.length > 0 && seen.heldBy !== undefined) {
    return {
      ...judged,
      faults: [],
      notes: [`several RS answered: judged by connections that ${seen.heldBy} held`],
    };
  }
  if (judged.faults.length === 0 || seen.held === undefined) return judged;
  const faults = misplaced('lblcr', seen.held);
  const why = 'several RS answered: under an earlier load the set of this VIP has grown';
  return faults.length > 0
    ? { ...judged, faults: [...judged.faults, ...faults] }
    : { ...judged, faults: [], notes: [...judged.notes, why] };
};

const judges: Readonly<Record<string, Judge>> = {
  rr: turns,
  wrr: turns,
  sh: byClient,
  mh: byClient,
  dh: byDestination,
  lblc: byDestinationAndLoad,
  lblcr: replicated,
  lc: least,
  wlc: least,
  sed: least,
  nq: least,
  fo: toTheHeaviest,
  ovf: fillingTheHeaviest,
};

const answersAlone: Judge = ({ service: { scheduler } }) => ({
  promise: `${scheduler} promises no share that a client could see: answers alone were judged`,
  faults: [],
  notes: [],
});

/** An RS that gets nothing new once it has so many connections leaves the others its share. */
const limited: Judge = () => ({
  promise: 'with thresholds the shares change by load: limits alone were judged',
  faults: [],
  notes: [],
});

/** What a service promises, and who judges it. */
export function promiseOf(service: VirtualService): Judge {
  if (service.persistence > 0) return persistence;
  const shares = service.scheduler === 'rr' || service.scheduler === 'wrr';
  if (shares && service.realServers.some(({ upperThreshold }) => upperThreshold > 0)) return limited;
  return judges[service.scheduler] ?? answersAlone;
}

/** Connections to hold open at once. ovf refuses what no RS has room for. */
export function toHold(service: VirtualService): number {
  const { scheduler, persistence, protocol, verify, realServers } = service;
  if (protocol !== 'tcp' || persistence > 0 || !followsOpenConnections(scheduler)) return 0;
  const room = realServers.reduce((sum, { weight }) => sum + (weight > 0 ? weight + 1 : 0), 0);
  return scheduler === 'ovf' ? Math.min(verify.hold, room) : verify.hold;
}

/** Requests from each client: as many as were asked for, and as it takes to see the promise. */
export function enough(service: VirtualService): number {
  const { scheduler, schedulerFlags, realServers, verify, persistence } = service;
  const alive = realServers.filter(({ weight }) => weight > 0);
  const port = schedulerFlags.some(flag => flag.endsWith('-port') || flag === 'flag-2');
  if (persistence > 0 || alive.length < 2) return verify.requests;
  if (port) return Math.max(verify.requests, enoughToSpread(alive));
  if (scheduler !== 'rr' && scheduler !== 'wrr') return verify.requests;
  const whole = roundOf(scheduler, alive) + 1;
  return whole > mostForARound ? verify.requests : Math.max(verify.requests, whole);
}

const mostForARound = 65;
