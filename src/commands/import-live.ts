import { resolve } from 'node:path';
import { fromLive, type ReachedHost, ripsOf } from '../author/from-live.ts';
import { parseLive, readLive } from '../author/live-reading.ts';
import type { Sketch } from '../author/sketch.ts';
import { said } from '../author/sketch.ts';
import type { SshSettings } from '../model/cluster.ts';
import type { JsonObject } from '../model/json.ts';
import { Problem } from '../model/problem.ts';
import { type Connector, connector } from '../transport/index.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';

/** Reads a cluster that was made by hand: its directors, and the real servers that they name as far as they let us in. */
export async function importLive({ values, output }: Input): Promise<Sketch> {
  const words = values.texts('host').map(hostWord);
  if (words.length === 0) throw usage('import live needs a director', 'lvsform import live --host lvs01');
  const shared = said({
    user: values.text('user'),
    become: values.flag('become') ? true : undefined,
    identity_file: path(values.text('identity')),
    known_hosts_file: path(values.text('known-hosts')),
  });
  const settings = (own: HostWord): SshSettings => ({
    ...own,
    user: own.user ?? values.text('user'),
    identityFiles: [path(values.text('identity')) ?? []].flat(),
    identityPassphrase: undefined,
    password: undefined,
    become: values.flag('become') ? { method: 'sudo', password: undefined } : undefined,
    proxyJump: undefined,
    knownHostsFile: path(values.text('known-hosts')),
    acceptNew: values.flag('accept-new'),
    timeout: values.number('timeout', 10, 1),
  });
  const connections = connector({ onNote: text => output.report({ event: 'note', text }) });
  const reach = (word: HostWord) => reached(connections, settings(word), word);
  try {
    const directors = await Promise.all(words.map(reach));
    const found = await Promise.all(
      ripsOf(directors.map(({ live }) => live)).map(async rip => {
        try {
          return [[rip, await reach({ host: rip, port: undefined, user: undefined })] as const];
        } catch (problem) {
          if (!(problem instanceof Problem)) throw problem;
          output.report({ event: 'note', text: `${rip} was not read: ${problem.why ?? problem.message}` });
          return [];
        }
      }),
    );
    return fromLive({
      name: values.text('name') ?? 'web',
      ssh: shared,
      directors,
      realServers: new Map(found.flat()),
    });
  } finally {
    await connections.close();
  }
}

interface HostWord {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
}

/** `[USER@]NAME[:PORT]`; an IPv6 address with a port stands in brackets. */
function hostWord(text: string): HostWord {
  const match = /^(?:([^@\s]+)@)?(?:\[([0-9A-Fa-f:]+)\]|([^\s@[\]]+?))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[2] ?? match?.[3];
  if (match === null || host === undefined) throw usage(`--host takes [USER@]NAME[:PORT], not "${text}"`);
  return { host, user: match[1], port: match[4] === undefined ? undefined : Number(match[4]) };
}

async function reached(connections: Connector, settings: SshSettings, word: HostWord): Promise<ReachedHost> {
  const transport = await connections.connect(settings);
  const [result] = await transport.run([readLive]);
  if (result === undefined) throw new Problem('the host did not answer', { where: word.host });
  const live = parseLive(word.host, result);
  const first = live.addresses.find(({ interface: device }) => device !== 'lo')?.net.ip;
  const ssh: JsonObject = said({
    host: word.host === first ? undefined : word.host,
    port: word.port,
    user: word.user,
  });
  return { name: live.hostname, ssh, live };
}

function path(text: string | undefined): string | undefined {
  return text === undefined || text.startsWith('~/') ? text : resolve(text);
}
