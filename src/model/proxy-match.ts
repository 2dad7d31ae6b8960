import type { HostPattern, PathPattern, ProxyListener, ProxyRule } from './proxy.ts';

/** What a proxy reads of a request to choose its pool. */
export interface Asked {
  /** The name that was asked for, without port. */
  readonly host: string;
  readonly path: string;
}

/** The rule of a listener that takes a request: the first that fits. */
export function ruleFor(listener: Pick<ProxyListener, 'rules'>, asked: Asked): ProxyRule | undefined {
  return listener.rules.find(rule => takes(rule, asked));
}

/** Whether a rule takes a request, were it the first. */
export function takes({ hosts, paths }: ProxyRule, { host, path }: Asked): boolean {
  return (
    (hosts.length === 0 || hosts.some(pattern => fitsHost(pattern, host))) &&
    (paths.length === 0 || paths.some(pattern => fitsPath(pattern, path)))
  );
}

/** Whether `first` takes every request that `second` takes. */
export function covers(first: ProxyRule, second: ProxyRule): boolean {
  const hosts = second.hosts.length === 0 ? [undefined] : second.hosts;
  const paths = second.paths.length === 0 ? [undefined] : second.paths;
  return (
    hosts.every(host => first.hosts.length === 0 || first.hosts.some(one => coversHost(one, host))) &&
    paths.every(path => first.paths.length === 0 || first.paths.some(one => coversPath(one, path)))
  );
}

/** Names are the same in whatever case they are written (RFC 4343). */
function fitsHost({ type, name }: HostPattern, host: string): boolean {
  const asked = host.toLowerCase();
  return type === 'exact' ? asked === name : asked.endsWith(`.${name}`);
}

function fitsPath({ type, path }: PathPattern, asked: string): boolean {
  return asked === path || (type === 'prefix' && asked.startsWith(below(path)));
}

function coversHost(first: HostPattern, second: HostPattern | undefined): boolean {
  if (second === undefined) return false;
  if (first.type === 'exact') return second.type === 'exact' && first.name === second.name;
  return fitsHost(first, second.name) || (second.type === 'any' && first.name === second.name);
}

function coversPath(first: PathPattern, second: PathPattern | undefined): boolean {
  if (first.type === 'prefix' && first.path === '/') return true;
  if (second === undefined) return false;
  return fitsPath(first, second.path) && (first.type === 'prefix' || second.type === 'exact');
}

/** What everything under a path begins with. */
export function below(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
