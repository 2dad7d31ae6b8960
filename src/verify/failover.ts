import type { Cluster, Host } from '../model/cluster.ts';
import { script } from '../model/command.ts';
import { endpoint } from '../model/network.ts';
import { Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { type Load, load, parseLoad } from './load.ts';
import { pause } from './pause.ts';
import { questions } from './questions.ts';

/** What clients saw while the MASTER handed over, and again while it took the VIP back. */
export interface Failover {
  readonly master: string;
  readonly backup: string;
  readonly client: string;
  /** The MASTER's keepalived stopped. */
  readonly away: Load;
  /** It was started again. */
  readonly back: Load;
  /** What is wrong; empty means that clients went on within the time that a takeover takes. */
  readonly faults: readonly string[];
}

/**
 * keepalived is stopped by its unit, as an operator would; a timer of the host's own starts it again should we be gone
 * by then (systemd-run(1)).
 */
const stop = script(
  'stop-keepalived',
  'systemd-run --quiet --collect --unit=lvsform-failover --on-active=60 systemctl start keepalived && systemctl stop keepalived',
);
const start = script(
  'start-keepalived',
  'systemctl start keepalived && { systemctl stop lvsform-failover.timer 2>/dev/null; :; }',
);
/** Who holds the VIP is asked of the kernel. */
const holds = (vip: string) =>
  script('holds-vip', 'ip -o addr show | grep -qwF "inet $1" || ip -o addr show | grep -qwF "inet6 $1"', vip);

/**
 * Stops keepalived on the MASTER under load, waits until the BACKUP holds the VIP, starts it again and waits until the
 * VIP is back. keepalived runs again on the MASTER whatever happens meanwhile.
 */
export async function failover(
  cluster: Cluster,
  transportOf: (host: string) => Transport,
  seconds: number,
  signal?: AbortSignal,
): Promise<Failover> {
  const instance = cluster.vrrp.find(({ nopreempt }) => !nopreempt);
  const [master, backup] = instance?.members ?? [];
  const vip = instance?.vips[0]?.address;
  const { asked } = questions(cluster);
  const pages = asked.flatMap(({ client, service, targets: [target] }) =>
    service.verify.type === 'http' && service.vip.address.ip === vip?.ip && target.port !== 443
      ? [{ client: client.name, at: endpoint(target.address, target.port), path: service.verify.path }]
      : [],
  );
  const [question] = pages;
  if (!instance || !master || !backup || !vip || !question) {
    throw new Problem('there is no failover to show', {
      why: 'it takes a VRRP instance of two directors whose MASTER takes the VIP back, and a client of an HTTP service on it',
    });
  }
  const { client, at, path } = question;
  const url = `http://${at}${path}`;
  const underLoad = async (change: () => Promise<void>) => {
    const loading = transportOf(client).run([load(url, rate, seconds)]);
    const [[result]] = await Promise.all([loading, pause(1).then(change)]);
    if (result === undefined) throw new Problem('the load did not run', { where: client });
    return parseLoad(result, rate);
  };

  const cidr = `${vip.ip}/${vip.prefix}`;
  try {
    const away = await underLoad(async () => {
      await must(transportOf(master.host), stop, master.host);
      await until(transportOf(backup.host), cidr, backup.host, seconds);
    });
    signal?.throwIfAborted();
    const back = await underLoad(async () => {
      await must(transportOf(master.host), start, master.host);
      await until(transportOf(master.host), cidr, master.host, seconds + (instance.preemptDelay ?? 0));
    });
    const faults = [
      ...lasting(away, `after the VIP went to ${backup.host}`, instance.advertInterval),
      ...lasting(back, `after it came back to ${master.host}`, instance.advertInterval),
    ];
    return { master: master.host, backup: backup.host, client, away, back, faults };
  } catch (error) {
    await must(transportOf(master.host), start, master.host);
    throw error;
  }
}

/** A BACKUP takes over after three advertisements and a part of one (RFC 5798, Master_Down_Interval); a second is the client's. */
function lasting({ gap, recovered }: Load, when: string, advertInterval: number): readonly string[] {
  const most = 4 * advertInterval + 1;
  if (!recovered) return [`the service did not answer any more ${when}`];
  return gap > most
    ? [`no answer for ${gap.toFixed(1)} s ${when}: a takeover takes at most ${most.toFixed(1)} s`]
    : [];
}

const rate = 50;

async function must(
  transport: Transport,
  argv: ReturnType<typeof script>,
  host: Host['name'],
): Promise<void> {
  const [result] = await transport.run([{ argv }]);
  if (result?.code !== 0) {
    throw new Problem(`${argv[3]} failed`, { where: host, why: result?.stderr.trim() ?? 'no answer' });
  }
}

async function until(transport: Transport, cidr: string, host: string, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const [result] = await transport.run([{ argv: holds(cidr) }]);
    if (result?.code === 0) return;
    if (performance.now() > deadline) {
      throw new Problem(`the VIP ${cidr} did not come within ${seconds} s`, {
        where: host,
        next: `look at: journalctl -u keepalived on ${host}`,
      });
    }
    await pause(0.1);
  }
}
