import type { Seen } from './seen.ts';

/** What holds under every scheduler: weight 0 takes nothing new, and an upper threshold is not passed. */
export function limits({ service, counts, before, after, held }: Seen): readonly string[] {
  return service.realServers.flatMap(({ host, weight, upperThreshold }) => {
    const got = counts.get(host) ?? 0;
    // Clients that persistence keeps at it still come.
    if (weight === 0 && got > 0 && service.persistence === 0)
      return [`${host} has weight 0 and got ${got} requests`];
    const loads = [...before, ...after, ...(held?.rounds ?? []).flatMap(round => round.after)];
    const most = Math.max(
      0,
      ...loads.filter(load => load.host === host).map(({ active, inactive }) => active + inactive),
    );
    return upperThreshold > 0 && most > upperThreshold
      ? [`${host} has ${most} connections, more than its upper threshold ${upperThreshold}`]
      : [];
  });
}
