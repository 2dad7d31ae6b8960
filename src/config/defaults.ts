/** What an inventory means where it says nothing: the schema publishes these values, the cluster is built with them. */
export const defaults = {
  ssh: { acceptNew: false, timeout: 10 },
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
  verify: { path: '/', requests: 8, hold: 12, name: 'localhost', certificate: 'ignore' },
  proxy: {
    timeouts: { connect: 5, client: 30, server: 30, stop: 60 },
    statsSocket: '/run/haproxy.sock',
    balance: 'roundrobin',
    clientAddress: 'forwarded',
    check: { interval: 2, rise: 2, fall: 3, path: '/', status: 200 },
  },
  lab: { memoryMiB: 192, preinstalled: false, image: 'debian' },
} as const;

/** The verify type of what usually listens at a port of TCP. */
const usual: Readonly<Record<number, 'http' | 'https' | 'dns' | 'memcached' | 'redis' | 'postgresql'>> = {
  53: 'dns',
  80: 'http',
  443: 'https',
  5432: 'postgresql',
  6379: 'redis',
  8000: 'http',
  8008: 'http',
  8080: 'http',
  8443: 'https',
  8888: 'http',
  11211: 'memcached',
};

/** How `verify` asks a service unless told otherwise: by its port. What is not TCP is asked only where it is known how. */
export function usualQuestion(protocol: 'tcp' | 'udp' | 'sctp', port: number) {
  if (protocol === 'tcp') return usual[port] ?? 'connect';
  return protocol === 'udp' && port === 53 ? 'dns' : 'none';
}
