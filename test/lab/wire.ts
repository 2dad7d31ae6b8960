import type { Scene } from './scene.ts';

/** A frame as tcpdump saw it on a host's interface: MAC and IP address of sender and receiver. */
export interface Frame {
  readonly fromMac: string;
  readonly toMac: string;
  /** Address, and with TCP and UDP the port: `10.0.0.240.80`. */
  readonly from: string;
  readonly to: string;
  /** What tcpdump tells of the rest. */
  readonly rest: string;
}

/** Records what passes an interface of a host while `work` is done. */
export async function captured(
  scene: Scene,
  host: string,
  {
    nic,
    filter,
    work,
  }: { readonly nic: string; readonly filter: string; readonly work: () => Promise<unknown> },
): Promise<readonly Frame[]> {
  const start = `rm -f /tmp/wire.*; (setsid tcpdump -i ${nic} --immediate-mode -U -l -e -nn '${filter}' >/tmp/wire.out 2>/tmp/wire.err </dev/null & echo $! >/tmp/wire.pid)
i=0; until grep -q 'listening on' /tmp/wire.err; do i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.2; done`;
  const started = await scene.on(host, start);
  if (started.code !== 0) throw new Error(`tcpdump on ${host} did not start: ${started.stderr}`);
  try {
    await work();
  } finally {
    await scene.on(host, 'sleep 1; kill -INT "$(cat /tmp/wire.pid)"');
  }
  const { stdout } = await scene.on(host, 'sleep 0.5; cat /tmp/wire.out');
  return stdout.split('\n').flatMap(line => {
    const [, fromMac = '', toMac = '', from = '', to = '', rest = ''] =
      /^\S+ (\S+) > (\S+), ethertype IPv4 .*?: (\S+) > (\S+): (.*)$/.exec(line) ?? [];
    return fromMac === '' ? [] : [{ fromMac, toMac, from, to, rest }];
  });
}

/** The MAC of a host's interface. */
export async function macOf(scene: Scene, host: string, nic = 'eth0'): Promise<string> {
  const { stdout } = await scene.on(host, `cat /sys/class/net/${nic}/address`);
  if (stdout.trim() === '') throw new Error(`${host} has no ${nic}`);
  return stdout.trim();
}

/** What IPVS counted of a service since it is there (`10.0.0.240:80`): packets in each direction. */
export async function packets(
  scene: Scene,
  director: string,
  service: string,
): Promise<{ readonly connections: number; readonly in: number; readonly out: number }> {
  // The kernel sums the counters up every two seconds (net/netfilter/ipvs/ip_vs_est.c).
  const { stdout } = await scene.on(director, 'sleep 2.5; ipvsadm -Ln --stats --exact');
  const row = stdout.split('\n').find(line => new RegExp(`^(TCP|UDP|SCTP) +${service} `).test(line));
  if (row === undefined) throw new Error(`${director} has no service ${service}:\n${stdout}`);
  const [connections = 0, inwards = 0, outwards = 0] = row.split(/ +/).slice(2).map(Number);
  return { connections, in: inwards, out: outwards };
}
