import type { Load, Seen } from './seen.ts';

/**
 * What holds under every scheduler: weight 0 takes nothing new, and who has come to its upper threshold gets nothing
 * before it is below the lower one (ipvsadm(8)). More than the threshold from before it was set is no fault, and nor is
 * one connection beyond it: the kernel sees who is full as it binds a connection, and not as a threshold is set
 * (ip_vs_bind_dest in net/netfilter/ipvs/ip_vs_conn.c).
 */
export function limits({ service, counts, before, after, held }: Seen): readonly string[] {
  return service.realServers.flatMap(({ host, weight, upperThreshold }) => {
    const total = (loads: readonly Load[]) =>
      loads
        .filter(load => load.host === host)
        .reduce((sum, { active, inactive }) => sum + active + inactive, 0);
    const got = counts.get(host) ?? 0;
    // Clients that persistence keeps at it still come.
    if (weight === 0 && got > 0 && service.persistence === 0)
      return [`${host} has weight 0 and got ${got} requests`];
    const steps = [
      { from: total(before), to: total(after), got },
      ...(held?.rounds ?? []).map(round => {
        const [from, to] = [total(round.before), total(round.after)];
        return { from, to, got: to - from };
      }),
    ];
    const most = Math.max(
      0,
      ...steps.filter(step => step.got > (step.from >= upperThreshold ? 1 : 0)).map(step => step.to),
    );
    return upperThreshold > 0 && most > upperThreshold
      ? [`${host} has ${most} connections, more than its upper threshold ${upperThreshold}`]
      : [];
  });
}
