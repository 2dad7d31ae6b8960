import { isSure, type Judge, users } from './seen.ts';

/**
 * Persistence comes before the scheduler, which only chooses for clients that have no template (ip_vs_core.c,
 * ip_vs_sched_persist): a client stays at its RS, and a balance that looks broken is what was asked for.
 */
export const persistence: Judge = seen => {
  const {
    persistence: seconds,
    persistencePrefix: prefix,
    persistenceEngine: engine,
    scheduler,
  } = seen.service;
  if (engine !== undefined) {
    return {
      promise: `persistence by ${engine}: a call stays at its RS for ${seconds} s`,
      faults: [],
      notes: [],
    };
  }
  const who = prefix === undefined ? 'a client' : `all clients of one /${prefix}`;
  const promise = `persistence: ${who} stays at one RS for ${seconds} s, whatever ${scheduler} would do`;
  const used = users(seen.counts);
  if (!isSure(seen)) {
    return {
      promise,
      faults: [],
      notes: ['not judged: others were served meanwhile, and the answers do not name their RS'],
    };
  }
  return {
    promise,
    faults: used.length > 1 ? [`${used.join(' and ')} answered one client, which should stay at one RS`] : [],
    notes: [],
  };
};
