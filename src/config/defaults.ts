/** What an inventory means where it says nothing: the schema publishes these values, the cluster is built with them. */
export const defaults = {
  ssh: { acceptNew: false, timeout: 20 },
  firewall: { open: false, backend: 'auto' },
  priority: 100,
  advertInterval: 1,
  scriptUser: 'root',
  scheduler: 'rr',
  protocol: 'tcp',
  method: 'DR',
  persistence: 0,
  delayLoop: 6,
  drain: 30,
  weight: 1,
  check: {
    connectTimeout: 5,
    retries: 3,
    retryDelay: 3,
    path: '/',
    status: 200,
    dnsName: '.',
    dnsRecord: 'SOA',
  },
  verify: { path: '/', requests: 8 },
  proxy: {
    timeouts: { connect: 5, client: 30, server: 30, stop: 60 },
    statsSocket: '/run/haproxy.sock',
    balance: 'roundrobin',
    clientAddress: 'forwarded',
    check: { interval: 2, rise: 2, fall: 3, path: '/', status: 200 },
  },
  lab: { memoryMiB: 192, preinstalled: false, image: 'debian' },
} as const;

/** TCP ports that are taken for web servers: `verify` asks them by HTTP unless told otherwise. */
export const webPorts: ReadonlySet<number> = new Set([80, 8000, 8008, 8080, 8888]);
