import type { Load, Seen } from './seen.ts';

/**
 * What holds under every scheduler: weight 0 takes nothing new, and who has come to its upper threshold gets nothing
 * before it is below the lower one (ipvsadm(8)). More than the threshold from before it was set is no fault.
 */
export function limits({ service, counts, after, held }: Seen): readonly string[] {
  const total = (host: string, loads: readonly Load[]) =>
    loads
      .filter(load => load.host === host)
      .reduce((sum, { active, inactive }) => sum + active + inactive, 0);
  return service.realServers.flatMap(({ host, weight, upperThreshold }) => {
    const got = counts.get(host) ?? 0;
    // Clients that persistence keeps at it still come.
    if (weight === 0 && got > 0 && service.persistence === 0)
      return [`${host} has weight 0 and got ${got} requests`];
    const most = Math.max(
      got > 0 ? total(host, after) : 0,
      ...(held?.rounds ?? [])
        .filter(round => total(host, round.after) > total(host, round.before))
        .map(round => total(host, round.after)),
    );
    return upperThreshold > 0 && most > upperThreshold
      ? [`${host} has ${most} connections, more than its upper threshold ${upperThreshold}`]
      : [];
  });
}
