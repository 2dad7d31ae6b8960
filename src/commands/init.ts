import { type Beginning, firstInventory } from '../author/first-inventory.ts';
import { type HostWords, hostWords } from '../author/host-words.ts';
import { inventoryText } from '../author/sketch.ts';
import { parseIp } from '../config/address.ts';
import { type ExitCode, exit, Problem } from '../model/problem.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';
import { checked, editorSchema, writeNew } from './new-inventory.ts';
import { type Ask, asking } from './questions.ts';

/** Writes the first inventory of a cluster, of flags and answers. What it writes has passed `validate`. */
export async function run(input: Input): Promise<ExitCode> {
  const { output, values } = input;
  const out = values.text('out') ?? 'inventory.yml';
  const beginning = await asking(input, ask => beginningOf(input, ask));
  const text = inventoryText(firstInventory(beginning), editorSchema(out));
  const warnings = checked(out, text);
  await writeNew(out, text);
  if (warnings !== '') output.report({ event: 'note', text: warnings });
  output.print(`wrote ${out}: look through it, then run lvsform plan -i ${out}\n`);
  return exit.ok;
}

async function beginningOf({ values }: Input, ask: Ask): Promise<Beginning> {
  const many = async (option: string, question: string, least: number): Promise<readonly HostWords[]> => {
    const given = values.texts(option);
    if (given.length > 0) return given.map(hostWords);
    return ask({
      option,
      question,
      ...(least === 0 && { fallback: '' }),
      read: answer => answer.split(/\s+/).filter(Boolean).map(hostWords),
      enough: hosts => hosts.length >= least,
    });
  };
  const one = <T>(
    option: string,
    question: string,
    fallback: string | undefined,
    read: (text: string) => T,
  ) => {
    const given = values.text(option);
    return given === undefined
      ? ask({ option, question, ...(fallback !== undefined && { fallback }), read })
      : Promise.resolve(read(given));
  };

  const name = await one('name', 'Name of the cluster', 'web', nameOf);
  const directors = await many('director', 'Directors (NAME=ADDRESS/PREFIX, one or two)', 1);
  const vip = await one('vip', 'VIP, the address that clients call', undefined, addressOf);
  const method = await one('method', 'Forwarding method: DR, NAT, TUN or FULLNAT', 'DR', methodOf);
  const innerVip =
    method === 'NAT' && directors.length > 1
      ? await one(
          'inner-vip',
          "The real servers' default route, a VIP in their network",
          undefined,
          addressOf,
        )
      : undefined;
  const realServers = await many('real-server', 'Real servers (NAME=ADDRESS/PREFIX ...)', 1);
  const port = await one('port', 'Port of the service', '80', portOf);
  const scheduler = await one('scheduler', 'Scheduler', 'rr', text => text);
  const clients = await many('client', 'Clients to verify from (none is fine)', 0);
  const user = await one('user', 'Who logs in by SSH', 'root', text => text);
  const lab = values.flag('lab');
  return { name, directors, realServers, clients, vip, innerVip, port, scheduler, method, user, lab };
}

function nameOf(text: string): string {
  if (/^[A-Za-z0-9]([A-Za-z0-9_-]{0,30}[A-Za-z0-9])?$/.test(text)) return text;
  throw new Problem(`"${text}" is no name`, { next: 'letters, digits, _ and -, not at the ends' });
}

function addressOf(text: string): string {
  if (parseIp(text.split('/')[0] ?? '') !== undefined) return text;
  throw new Problem(`"${text}" is no address`, { next: 'write 192.168.0.240, or 192.168.0.240/24' });
}

function methodOf(text: string): Beginning['method'] {
  const method = text.toUpperCase();
  if (method === 'DR' || method === 'NAT' || method === 'TUN' || method === 'FULLNAT') return method;
  throw usage(`"${text}" is no forwarding method`, 'there are DR, NAT, TUN and FULLNAT');
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw usage(`"${text}" is no port`, 'write 1 to 65535');
}
