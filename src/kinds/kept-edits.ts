import type { Answers } from '../model/probe.ts';
import { ipvs } from '../probes/ipvs.ts';
import { checkKey, keepalivedChecks } from '../probes/keepalived-checks.ts';
import type { TableEntry } from './edit-ipvs.ts';
import type { ConfService } from './keepalived-services.ts';

/** What is otherwise in a service of the live table than keepalived has put it there. */
export type Edits = {
  readonly scheduler?: { readonly is: string; readonly shall: string; readonly flags: string };
  readonly weights: { readonly [server: string]: { readonly is: number; readonly shall: number } };
  /** The service itself is not there, which shall be so, but for its servers. */
  readonly gone?: TableEntry;
  readonly missing?: TableEntry['servers'];
  readonly extra?: TableEntry['servers'];
};

/** What another hand has changed in a service; undefined: nothing that can be told from what keepalived does. */
export function editsOf(conf: ConfService, wanted: TableEntry, answers: Answers): Edits | undefined {
  const { key, scheduler, flags, weights } = conf;
  const live = answers.get(ipvs, key);
  const missing = pick(wanted.servers, server => !live?.servers[server] && works(conf, server, answers));
  if (live === undefined) {
    const { servers: _, ...options } = wanted;
    return Object.keys(missing).length === 0
      ? undefined
      : { weights: {}, gone: { ...options, servers: {} }, missing };
  }
  const others = [...weights].flatMap(([server, shall]) => {
    const is = live.servers[server]?.weight ?? 0;
    return is === 0 || shall === undefined || is === shall ? [] : [[server, { is, shall }] as const];
  });
  const extra = pick(
    live.servers,
    server => !weights.has(server) && server !== conf.sorry && !wanted.servers[server],
  );
  const edits: Edits = {
    ...(scheduler !== undefined &&
      live.scheduler !== scheduler && {
        scheduler: { is: live.scheduler, shall: scheduler, flags: flags.join(',') },
      }),
    weights: Object.fromEntries(others),
    ...(Object.keys(missing).length > 0 && { missing }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
  return edits.scheduler || edits.missing || edits.extra || others.length > 0 ? edits : undefined;
}

/** Whether keepalived has put a real server into its table, by all that its log tells, and has not taken it out. */
function works({ key, weights, watched, alpha }: ConfService, server: string, answers: Answers): boolean {
  if (weights.get(server) === undefined) return false;
  const word = answers.get(keepalivedChecks, checkKey(key, server));
  if (word === 'in') return true;
  return watched.has(server) ? word === 'watched' && !alpha : word === 'watched' || word === 'silent';
}

function pick(servers: TableEntry['servers'], isMeant: (server: string) => boolean): TableEntry['servers'] {
  return Object.fromEntries(Object.entries(servers).filter(([server]) => isMeant(server)));
}
