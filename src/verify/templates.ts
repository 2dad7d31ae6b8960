import type { Host, VirtualService } from '../model/cluster.ts';
import { type Command, type Result, script } from '../model/command.ts';
import { contains, endpoint, familyOf } from '../model/network.ts';
import { ofServer } from './service-key.ts';

/** A template of persistence: where a client's next connection goes, whatever the scheduler would say. */
export interface Template {
  /** Seconds until it ends, unless the client comes again. */
  readonly seconds: number;
  readonly client: string;
  readonly virtual: string;
  readonly server: string;
}

/** Templates stand among the connections, without a state (ipvsadm -Lnc). */
export const readTemplates: Command = {
  argv: script(
    'ipvs-templates',
    `[ -e /proc/net/ip_vs ] || exit 0; ipvsadm -L -n -c | awk '$3 == "NONE"' | head -n 20000`,
  ),
  label: 'read the templates of persistence',
};

/** Reads what `readTemplates` printed; what is not to be read explains nothing. */
export function parseTemplates({ stdout }: Result): readonly Template[] {
  return stdout.split('\n').flatMap(line => {
    const [, time = '', , client, virtual, server] = line.trim().split(/\s+/);
    if (client === undefined || virtual === undefined || server === undefined) return [];
    const seconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    return [{ seconds, client: addressOf(client), virtual, server }];
  });
}

/** The RS that keeps a client, and for how long: by templates that were there before. */
export function keptAt(
  templates: readonly Template[],
  service: VirtualService,
  client: Host,
): { readonly host: string; readonly seconds: number } | undefined {
  const own = client.interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
  const { vip, port, persistencePrefix, mark } = service;
  const place = mark === undefined ? endpoint(vip.address.ip, port) : undefined;
  for (const { client: who, virtual, server, seconds } of templates) {
    const mine = own.some(
      ip =>
        ip === who ||
        (persistencePrefix !== undefined &&
          contains({ ip: who, prefix: persistencePrefix, family: familyOf(who) }, ip)),
    );
    const fits = place === undefined ? isMark(virtual, mark?.value ?? 0) : virtual === place;
    const found = service.realServers.find(
      each => ofServer(new Map([[server, true]]), service, each) !== undefined,
    );
    if (mine && fits && found) return { host: found.host, seconds };
  }
  return undefined;
}

/** In the template of a firewall mark, the mark stands as an address (ip_vs_core.c): 0.0.0.5:0 is mark 5. */
function isMark(virtual: string, mark: number): boolean {
  const four = [24, 16, 8, 0].map(bits => Math.floor(mark / 2 ** bits) % 256).join('.');
  return addressOf(virtual) === four || addressOf(virtual).startsWith('::');
}

function addressOf(place: string): string {
  return place.slice(0, place.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}
