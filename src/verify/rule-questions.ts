import type { Cluster, Host, VirtualService } from '../model/cluster.ts';
import type { ProxyListener, ProxyRule } from '../model/proxy.ts';
import { below, ruleFor } from '../model/proxy-match.ts';
import { type Target, targetsOf } from './target.ts';

/** One client asking for what one rule of a listener takes, by a service that leads to it. */
export interface RuleQuestion {
  readonly client: Host;
  readonly service: VirtualService;
  readonly listener: ProxyListener;
  readonly target: Target;
  /** `rule 2: app.example.org /api/...`, or what no rule takes. */
  readonly rule: string;
  /** undefined: nobody's; it is answered 404. */
  readonly pool: string | undefined;
  readonly samples: readonly Sample[];
}

/** A request. Without a host the client asks by the address. */
export interface Sample {
  readonly host: string | undefined;
  readonly path: string;
}

/** A name that no rule is likely to know (RFC 6761: `invalid` never exists), and a path of that kind. */
const strange = { host: 'lvsform-verify.invalid', path: 'lvsform-verify' };

/** What to ask each listener of the proxies, from every client that reaches it; `missing` tells what cannot be asked. */
export function ruleQuestions(cluster: Cluster): {
  readonly asked: readonly RuleQuestion[];
  readonly missing: readonly string[];
} {
  const asked: RuleQuestion[] = [];
  const missing: string[] = [];
  for (const client of cluster.hosts.filter(({ roles }) => roles.includes('client'))) {
    for (const listener of cluster.proxy?.listeners ?? []) {
      const ways = cluster.services.filter(service => leadsTo(cluster, service, listener));
      for (const service of ways) {
        const [place] = targetsOf(cluster, client, service);
        // That there is no way to a service is told where services are asked.
        if (place === undefined) continue;
        for (const one of rulesOf(listener, place.address)) {
          if (one.samples.length > 0) asked.push({ client, service, listener, target: place, ...one });
          else
            missing.push(`${client.name} asks nothing of ${listener.name}, ${one.rule}: others take it all`);
        }
      }
    }
  }
  return { asked, missing };
}

function leadsTo({ hosts }: Cluster, service: VirtualService, { port }: ProxyListener): boolean {
  return (
    service.protocol === 'tcp' &&
    service.realServers.some(
      server =>
        server.port === port &&
        hosts.some(({ name, roles }) => name === server.host && roles.includes('proxy')),
    )
  );
}

function rulesOf(
  listener: ProxyListener,
  address: string,
): readonly Pick<RuleQuestion, 'rule' | 'pool' | 'samples'>[] {
  const rest = { rule: 'what no rule takes', pool: listener.defaultPool };
  return [
    ...listener.rules.map((rule, index) => ({
      rule: `rule ${index + 1}: ${words(rule)}`,
      pool: rule.pool,
      samples: samplesOf(listener, rule, address),
    })),
    { ...rest, samples: samplesOf(listener, undefined, address).slice(0, 1) },
  ];
}

function words({ hosts, paths }: ProxyRule): string {
  const names = hosts.map(({ type, name }) => (type === 'any' ? `*.${name}` : name));
  const places = paths.map(({ type, path }) => (type === 'prefix' ? `${below(path)}...` : path));
  const list = (all: readonly string[]) =>
    all.length > 4 ? [...all.slice(0, 3), `${all.length - 3} more`].join(', ') : all.join(', ');
  return [list(names), list(places)].filter(text => text !== '').join(' with ');
}

/**
 * Requests that this rule takes and no earlier one, so many that each of its hosts and paths is asked for; of a prefix
 * also something below it.
 */
function samplesOf(listener: ProxyListener, rule: ProxyRule | undefined, address: string): readonly Sample[] {
  const hosts = (rule?.hosts ?? []).map(({ type, name }) =>
    type === 'any' ? `${strange.path}.${name}` : name,
  );
  const paths = (rule?.paths ?? []).flatMap(({ type, path }) =>
    type === 'exact' ? [path] : [path, `${below(path)}${strange.path}`],
  );
  const anyPath = ['/', `/${strange.path}`];
  const left = new Set([...hosts, ...paths]);
  const samples: Sample[] = [];
  for (const host of hosts.length > 0 ? hosts : [undefined, strange.host]) {
    for (const path of paths.length > 0 ? paths : anyPath) {
      const news = left.size === 0 ? samples.length === 0 : left.has(host ?? '') || left.has(path);
      if (!news || path === listener.healthPath) continue;
      if (ruleFor(listener, { host: host ?? address, path }) !== rule) continue;
      samples.push({ host, path });
      left.delete(host ?? '');
      left.delete(path);
    }
  }
  return samples;
}
