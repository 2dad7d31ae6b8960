/** The flags that ipvsadm(8) takes with -b. */
export const flagNames = [
  'sh-fallback',
  'sh-port',
  'mh-fallback',
  'mh-port',
  'flag-1',
  'flag-2',
  'flag-3',
] as const;

/**
 * A scheduler's flags as ipvsadm prints them: the kernel has three bits, which sh and mh give names to (flag-1 is
 * fallback, flag-2 is port; include/uapi/linux/ip_vs.h), and prints them in that order.
 */
export function schedulerFlagsOf(scheduler: string, flags: readonly string[]): readonly string[] {
  const named = scheduler === 'sh' || scheduler === 'mh';
  return ['fallback', 'port', undefined].flatMap((word, index) => {
    const bit = `flag-${index + 1}`;
    const set = flags.some(flag => flag === bit || (word !== undefined && flag.endsWith(`-${word}`)));
    if (!set) return [];
    if (!named) return [bit];
    return word === undefined ? [] : [`${scheduler}-${word}`];
  });
}
