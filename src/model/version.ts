/**
 * Whether a version is known and not older than another. Compares the numbers; an epoch (`1:`) and whatever follows
 * the numbers do not count.
 */
export function isAtLeast(version: unknown, least: string): boolean {
  if (version === undefined || version === null) return false;
  const [have, want] = [numbersOf(version), numbersOf(least)];
  if (have.length === 0) return false;
  for (let index = 0; index < Math.max(have.length, want.length); index++) {
    const difference = (have[index] ?? 0) - (want[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The numbers that a version begins with; none where it is no version. */
export function numbersOf(version: unknown): readonly number[] {
  const [text = ''] = /^\d+(\.\d+)*/.exec(String(version).replace(/^v|^\d+:/, '')) ?? [];
  return text === '' ? [] : text.split('.').map(Number);
}
