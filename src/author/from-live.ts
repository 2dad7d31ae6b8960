import type { Json, JsonObject } from '../model/json.ts';
import { contains } from '../model/network.ts';
import type { LiveHost } from './live-reading.ts';
import { type LiveService, servicesOfConf, servicesOfTable } from './live-service.ts';
import { instancesOf, type LiveInstance } from './live-vrrp.ts';
import { type Remark, type Sketch, said } from './sketch.ts';

/** A host that was reached, and the settings by which. */
export interface ReachedHost {
  readonly name: string;
  readonly ssh: JsonObject;
  readonly live: LiveHost;
}

/** Everything that was found of a cluster. */
export interface LiveCluster {
  readonly name: string;
  /** Settings of SSH that all hosts share. */
  readonly ssh: JsonObject;
  readonly directors: readonly ReachedHost[];
  /** By RIP: real servers that could be reached. */
  readonly realServers: ReadonlyMap<string, ReachedHost>;
}

/** Who serves: the addresses of real servers in the directors' tables and configurations. */
export function ripsOf(directors: readonly LiveHost[]): readonly string[] {
  const services = directors.flatMap(live => foundServices(live).services);
  return [...new Set(services.flatMap(({ servers }) => servers.map(({ rip }) => rip)))];
}

/** keepalived's configuration says what is meant; where it has no services, the kernel's table does. */
function foundServices({
  keepalived,
  table,
  thresholds,
}: LiveHost): ReturnType<typeof servicesOfTable> & { byConf: boolean } {
  const conf = keepalived?.running ? servicesOfConf(keepalived.text) : { services: [], marks: [] };
  const byConf = conf.services.length + conf.marks.length > 0;
  return { ...(byConf ? conf : servicesOfTable(table, thresholds)), byConf };
}

/** An inventory of a cluster made by hand. What it cannot say is told above it: a plan shows what would become of that. */
export function fromLive(cluster: LiveCluster): Sketch {
  const { directors, realServers, name } = cluster;
  const [first] = directors;
  if (first === undefined) throw new Error('a cluster has a director');
  const { services, marks, byConf } = foundServices(first.live);
  const confs = directors.flatMap(({ name: own, live: { keepalived } }): [string, string][] =>
    keepalived?.running ? [[own, keepalived.text]] : [],
  );
  const instances = instancesOf(new Map(confs));
  const mode = byConf ? 'keepalived' : instances.length > 0 ? 'vrrp' : 'static';
  const vips = vipNames(name, services, instances, directors);
  const servers = serverNames(services, realServers);
  const own = (live: LiveHost) => interfacesOf(live, new Set(vips.keys()));
  const remarks: Remark[] = [];
  const unreached = [...servers].filter(([rip]) => !realServers.has(rip)).map(([, server]) => server);
  if (unreached.length > 0)
    remarks.push({
      path: ['hosts'],
      text: `${unreached.join(', ')} could not be reached: their interfaces and prefixes are assumed.`,
    });

  const hosts: [string, Json][] = [
    ...directors.map(({ name: host, ssh, live }): [string, Json] => [
      host,
      said({
        roles: ['director'],
        priority: priorityOf(host, instances, directors),
        interfaces: own(live),
        default_route: routeOf(live),
        ssh: Object.keys(ssh).length > 0 ? ssh : undefined,
      }),
    ]),
    ...[...servers].map(([rip, server]): [string, Json] => {
      const reached = realServers.get(rip);
      const interfaces = reached ? own(reached.live) : { eth0: `${rip}/${prefixFor(rip, first.live)}` };
      const ssh = reached?.ssh ?? {};
      return [
        server,
        said({
          roles: ['real_server'],
          interfaces,
          default_route: reached && routeOf(reached.live),
          ssh: Object.keys(ssh).length > 0 ? ssh : undefined,
        }),
      ];
    }),
  ];
  const timeouts = first.live.timeouts ?? [];
  const usual = timeouts.join(' ') === '900 120 300';
  const data = said({
    version: 1,
    name,
    ssh: Object.keys(cluster.ssh).length > 0 ? cluster.ssh : undefined,
    hosts: Object.fromEntries(hosts),
    director: said({
      mode,
      timeouts:
        timeouts.length === 3 && !usual
          ? { tcp: timeouts[0], tcp_fin: timeouts[1], udp: timeouts[2] }
          : undefined,
    }),
    vips: Object.fromEntries([...vips].map(([, { name: vip, entry }]) => [vip, entry])),
    vrrp:
      instances.length === 0
        ? undefined
        : Object.fromEntries(instances.map(each => [each.name, instanceEntry(each, vips)])),
    services: Object.fromEntries(
      serviceNames(services).map(([service, found]) => [service, serviceEntry(found, vips, servers)]),
    ),
  });
  return { head: headOf(cluster, services, marks, instances), data, comments: remarks };
}

type Vips = ReadonlyMap<string, { readonly name: string; readonly entry: JsonObject }>;

/** Every VIP by its address: those of VRRP as they are written there, others as a director has them. */
function vipNames(
  cluster: string,
  services: readonly LiveService[],
  instances: readonly LiveInstance[],
  directors: readonly ReachedHost[],
): Vips {
  const entries = new Map<string, JsonObject>();
  for (const { address, interface: device, label } of instances.flatMap(({ vips }) => vips))
    entries.set(address.split('/')[0] ?? '', said({ address, interface: device, label }));
  for (const { vip } of services) {
    if (entries.has(vip)) continue;
    const held = directors.flatMap(({ live }) => live.addresses).find(({ net }) => net.ip === vip);
    entries.set(
      vip,
      said({
        address: held === undefined ? vip : `${vip}/${held.net.prefix}`,
        interface: held?.interface,
        label: held !== undefined && held.label !== '' ? held.label : undefined,
      }),
    );
  }
  const alone = entries.size === 1;
  return new Map(
    [...entries].map(([ip, entry]) => [
      ip,
      { name: alone ? cluster : `vip-${ip.replaceAll(/[.:]+/g, '-')}`, entry },
    ]),
  );
}

function serverNames(
  services: readonly LiveService[],
  reached: ReadonlyMap<string, ReachedHost>,
): ReadonlyMap<string, string> {
  const rips = [...new Set(services.flatMap(({ servers }) => servers.map(({ rip }) => rip)))];
  return new Map(rips.map(rip => [rip, reached.get(rip)?.name ?? `rs-${rip.replaceAll(/[.:]+/g, '-')}`]));
}

const wellKnown: { readonly [port: number]: string } = {
  25: 'smtp',
  53: 'dns',
  80: 'http',
  443: 'https',
  3306: 'mysql',
  5432: 'postgresql',
  6379: 'redis',
  11211: 'memcached',
};

function serviceNames(services: readonly LiveService[]): readonly (readonly [string, LiveService])[] {
  const short = ({ protocol, port }: LiveService) => wellKnown[port] ?? `${protocol}-${port}`;
  return services.map(service => {
    const alike = services.filter(other => short(other) === short(service)).length;
    const long = `${short(service)}-${service.protocol}-${service.vip.replaceAll(/[.:]+/g, '-')}`;
    return [alike === 1 ? short(service) : long, service];
  });
}

function serviceEntry(service: LiveService, vips: Vips, servers: ReadonlyMap<string, string>): JsonObject {
  const { vip, port, protocol, scheduler, method, persistence, kept, ways, check, delayLoop } = service;
  return said({
    vip: vips.get(vip)?.name,
    port,
    protocol: protocol === 'tcp' ? undefined : protocol,
    scheduler,
    ...ways,
    method,
    persistence:
      persistence === 0
        ? undefined
        : Object.keys(kept).length === 0
          ? persistence
          : { timeout: persistence, ...kept },
    delay_loop: delayLoop,
    check: check ?? { type: 'none' },
    real_servers: Object.fromEntries(
      service.servers.map(({ rip, port: own, weight, upper, lower }) => [
        servers.get(rip) ?? rip,
        said({
          weight,
          port: own === port ? undefined : own,
          upper_threshold: upper === 0 ? undefined : upper,
          lower_threshold: lower === 0 ? undefined : lower,
        }),
      ]),
    ),
  });
}

function instanceEntry(
  { routerId, interface: device, advertInterval, authenticated, vips: own }: LiveInstance,
  vips: Vips,
): JsonObject {
  return said({
    virtual_router_id: routerId,
    interface: device,
    advert_interval: advertInterval,
    auth_pass: authenticated ? { env: 'VRRP_PASS' } : undefined,
    vips: own.flatMap(({ address }) => vips.get(address.split('/')[0] ?? '')?.name ?? []),
  });
}

function priorityOf(
  host: string,
  instances: readonly LiveInstance[],
  directors: readonly ReachedHost[],
): number | undefined {
  return directors.length < 2 ? undefined : instances[0]?.priorities.get(host);
}

/** A host's own addresses: none of lo, none of a tunnel's end, no VIP. */
function interfacesOf({ addresses }: LiveHost, vips: ReadonlySet<string>): JsonObject {
  const found: { [device: string]: string | string[] } = {};
  for (const { interface: device, net } of addresses) {
    if (device === 'lo' || device === 'tunl0' || vips.has(net.ip)) continue;
    const text = `${net.ip}/${net.prefix}`;
    const known = found[device];
    found[device] = known === undefined ? text : [known, text].flat();
  }
  return found;
}

function routeOf({ defaultRoute, addresses }: LiveHost): string | undefined {
  const near = addresses.some(({ net }) => defaultRoute !== undefined && contains(net, defaultRoute));
  return near ? defaultRoute : undefined;
}

function prefixFor(rip: string, { addresses }: LiveHost): number {
  return addresses.find(({ net }) => contains(net, rip))?.net.prefix ?? (rip.includes(':') ? 64 : 24);
}

function headOf(
  { directors, name }: LiveCluster,
  services: readonly LiveService[],
  marks: readonly string[],
  instances: readonly LiveInstance[],
): readonly string[] {
  const left = [
    ...marks.map(mark => `the service by mark or group ${mark}`),
    ...services.flatMap(({ vip, port, more }) => more.map(word => `${word} of ${vip}:${port}`)),
    ...instances.flatMap(({ name: instance, more }) => more.map(word => `${word} of ${instance}`)),
  ];
  return [
    `The LVS cluster ${name}, as it was found on ${directors.map(each => each.name).join(' and ')}.`,
    'lvsform plan shows what it would make of it: files get our texts, and what is not said here goes.',
    ...(left.length > 0 ? ['', 'Not taken over:', ...left.map(text => `- ${text}`)] : []),
    ...(instances.some(({ authenticated }) => authenticated)
      ? ['', 'The VRRP password was not copied: put it into the environment as VRRP_PASS.']
      : []),
  ];
}
