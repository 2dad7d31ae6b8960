const following: ReadonlySet<string> = new Set(['lc', 'wlc', 'sed', 'nq', 'ovf', 'lblcr']);

/** Whether a scheduler goes by the connections that are open, so that what it promises shows only while some are. */
export function followsOpenConnections(scheduler: string): boolean {
  return following.has(scheduler);
}
