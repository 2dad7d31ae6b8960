import { type ConfEntry, named, parseKeepalivedConf, wordAfter } from '../model/keepalived-conf.ts';

/** A VRRP instance as the directors' configurations have it. */
export interface LiveInstance {
  readonly name: string;
  readonly routerId: number;
  readonly interface: string;
  readonly advertInterval: number;
  readonly authenticated: boolean;
  readonly vips: readonly LiveVip[];
  /** By the director's name. */
  readonly priorities: ReadonlyMap<string, number>;
  /** Words that have no place here. */
  readonly more: readonly string[];
}

export interface LiveVip {
  /** With the length of its prefix where one is written. */
  readonly address: string;
  readonly interface: string;
  readonly label: string | undefined;
}

const understood = new Set([
  ...[
    'state',
    'interface',
    'virtual_router_id',
    'priority',
    'advert_int',
    'authentication',
    'virtual_ipaddress',
  ],
  'version',
]);

/** The instances of all directors: those of one virtual router id are one. */
export function instancesOf(confs: ReadonlyMap<string, string>): readonly LiveInstance[] {
  const found = new Map<number, LiveInstance>();
  for (const [director, text] of confs) {
    for (const block of named(parseKeepalivedConf(text), 'vrrp_instance')) {
      const instance = instanceOf(block, director);
      const known = found.get(instance.routerId);
      found.set(instance.routerId, {
        ...(known ?? instance),
        priorities: new Map([...(known?.priorities ?? []), ...instance.priorities]),
      });
    }
  }
  return [...found.values()];
}

function instanceOf({ words, entries }: ConfEntry, director: string): LiveInstance {
  const device = wordAfter(entries, 'interface') ?? 'eth0';
  return {
    name: (words[1] ?? 'vrrp').replaceAll(/[^A-Za-z0-9_-]+/g, '-').replaceAll(/^[-_]+|[-_]+$/g, ''),
    routerId: Number(wordAfter(entries, 'virtual_router_id')),
    interface: device,
    advertInterval: Number(wordAfter(entries, 'advert_int') ?? 1),
    authenticated: named(entries, 'authentication').length > 0,
    vips: named(entries, 'virtual_ipaddress').flatMap(({ entries: rows }) =>
      (rows ?? []).map(row => vipOf(row, device)),
    ),
    priorities: new Map([[director, Number(wordAfter(entries, 'priority') ?? 100)]]),
    more: (entries ?? []).map(({ words: [name = ''] }) => name).filter(name => !understood.has(name)),
  };
}

function vipOf({ words }: ConfEntry, device: string): LiveVip {
  const after = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  return { address: words[0] ?? '', interface: after('dev') ?? device, label: after('label') };
}
