import { failed, ok, type Program, type Programs } from '../program.ts';
import type { Address, HostState, Route } from '../state.ts';

const ip: Program = ({ state, args }) => {
  const family = args.find(word => word === '-6') ? '6' : '4';
  const [object, verb = '', ...words] = args.filter(word => !/^-/.test(word));
  if (object === 'addr') return address(state, verb, words);
  if (object === 'route') return route(state, family, verb, words);
  if (object === 'link' && verb === 'set') return setLink(state, words);
  return failed(`Object "${object}" is unknown, try "ip help".`, 1);
};

function setLink(state: HostState, words: readonly string[]) {
  const device = after(words, 'dev') ?? '';
  if (!state.interfaces.includes(device)) return failed(`Cannot find device "${device}"`);
  state.up = [...state.up.filter(name => name !== device), ...(words.at(-1) === 'up' ? [device] : [])];
  return ok();
}

const testTunnel: Program = ({ state }) =>
  state.modules['ipip']?.loaded && state.up.includes('tunl0') ? ok() : { ...ok(), code: 1 };

const takeTunnelDown: Program = ({ run }) => run(['ip', 'link', 'set', 'dev', 'tunl0', 'down']);

function after(words: readonly string[], name: string): string | undefined {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words[at + 1];
}

function address(state: HostState, verb: string, words: readonly string[]) {
  const [text = '', device = ''] = [words[0], after(words, 'dev')];
  if (verb === 'show') return ok(...state.addresses.map(addressLine));
  if (!state.interfaces.includes(device)) return failed(`Cannot find device "${device}"`);
  const same = (one: Address) => one.interface === device && one.address === text;
  const found = state.addresses.find(same);
  if (verb === 'del') {
    if (!found) return failed('RTNETLINK answers: Cannot assign requested address', 2);
    state.addresses = state.addresses.filter(one => one !== found);
  } else if (!found) {
    const label = text.includes(':') ? {} : { label: after(words, 'label') ?? device };
    state.addresses.push({
      interface: device,
      address: text,
      ...label,
      scope: after(words, 'scope') ?? 'global',
    });
  } else if (verb === 'add') return failed('RTNETLINK answers: File exists', 2);
  return ok();
}

function addressLine(one: Address): string {
  const number = one.interface === 'lo' ? 1 : 2;
  const family = one.address.includes(':') ? 'inet6' : 'inet';
  const label = one.label === undefined ? '' : `${one.label}`;
  const lifetimes = 'valid_lft forever preferred_lft forever';
  return `${number}: ${one.interface}    ${family} ${one.address} scope ${one.scope} ${label}\\       ${lifetimes}`;
}

function route(state: HostState, family: string, verb: string, words: readonly string[]) {
  const table = after(words, 'table') ?? 'main';
  const inTable = state.routes.filter(one => one.family === family && one.table === table);
  if (verb === 'show') {
    if (table !== 'main' && inTable.length === 0)
      return failed('Error: ipv4: FIB table does not exist.\nDump terminated', 2);
    return ok(...inTable.map(routeLine));
  }
  const [to = ''] = words;
  const metric = Number(after(words, 'metric') ?? 0);
  const found = inTable.find(one => one.to === to && one.metric === metric);
  if (verb === 'del' && !found) return failed('RTNETLINK answers: No such process', 2);
  state.routes = state.routes.filter(one => one !== found);
  if (verb === 'del') return ok();
  const [via, src] = [after(words, 'via'), after(words, 'src')];
  const dev = after(words, 'dev') ?? 'eth0';
  state.routes.push({
    ...{ family, table, metric, to, dev },
    ...(via === undefined ? {} : { via }),
    ...(src === undefined ? {} : { src }),
  });
  return ok();
}

function routeLine({ to, via, dev, src, metric }: Route): string {
  const words = [
    to,
    ...(via ? ['via', via] : []),
    ...(dev ? ['dev', dev] : []),
    ...(src ? ['src', src] : []),
  ];
  return `${[...words, ...(metric > 0 ? ['metric', String(metric)] : [])].join(' ')} `;
}

const readRoutes: Program = ({ args, run }) => {
  const lines: string[] = [];
  for (let at = 0; at < args.length; at += 2) {
    const [family = '', table = ''] = args.slice(at);
    const shown = run(['ip', `-${family}`, '-o', 'route', 'show', 'table', table]);
    lines.push(`@ ${family} ${table}`, ...shown.stdout.split('\n').slice(0, -1));
  }
  return ok(...lines, 'end');
};

const readAddresses: Program = ({ run }) => {
  const { stdout } = run(['ip', '-o', 'addr', 'show']);
  return { code: 0, stdout: `${stdout}end\n`, stderr: '' };
};

const removeAddress: Program = ({ args: [device = '', text = ''], run }) => {
  const result = run(['ip', 'addr', 'del', text, 'dev', device]);
  return /Cannot (assign|find)/.test(result.stderr) ? ok() : result;
};

const removeRoute: Program = ({ args: [program = '', ...words], run }) => {
  const result = run([program, ...words]);
  return result.stderr.includes('No such process') ? ok() : result;
};

export const networkPrograms: Programs = {
  'lvsform-read-addresses': readAddresses,
  'lvsform-remove-address': removeAddress,
  'lvsform-announce-address': () => ok(),
  'lvsform-read-routes': readRoutes,
  'lvsform-remove-route': removeRoute,
  'lvsform-test-tunnel': testTunnel,
  'lvsform-take-tunnel-down': takeTunnelDown,
  ip,
};
