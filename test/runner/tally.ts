/** What uvu counted in one file, its suites added up. `total` leaves out what was skipped. */
export interface Tally {
  readonly passed: number;
  readonly skipped: number;
  readonly total: number;
}

/** Tells a tally from what else travels the channel: tsx announces each file that it loads. */
export function isTally(message: unknown): message is Tally {
  if (typeof message !== 'object' || message === null) return false;
  return ['passed', 'skipped', 'total'].every(key => Number.isInteger(Reflect.get(message, key)));
}
