import type { Result } from '../../../model/command.ts';
import { type Call, failed, hasProgram, ok, type Program, type Programs } from '../program.ts';
import type { HostState } from '../state.ts';

const ipvsadm: Program = ({ state, args }) => {
  if (!hasProgram(state, 'ipvsadm')) return failed('ipvsadm: not found', 127);
  loadModule(state);
  const [verb = '', ...rest] = args;
  const { name, words } = serviceIn(rest);
  if (verb === '-Sn') return ok(...saved(state));
  if (verb === '-Ln') return ok(...(rest[0] === '--thresholds' ? limits(state) : listed(state, name)));
  if (verb === '--set') return setTimeouts(state, args.slice(1));
  if (verb === '-L') return ok(`Timeout (tcp tcpfin udp): ${state.timeouts.join(' ')}`);
  if (/^-[AED]$/.test(verb)) return editService(state, verb, name, words);
  if (/^-[aed]$/.test(verb)) return editServer(state, verb, name, words);
  return failed(`ipvsadm: unknown option ${verb}`, 2);
};

/** `-t VIP:PORT`, `-f MARK`, `-f MARK -6`, and what follows. */
function serviceIn([kind = '', service = '', ...words]: readonly string[]): {
  readonly name: string;
  readonly words: readonly string[];
} {
  const six = kind === '-f' && words[0] === '-6';
  return { name: `${kind} ${service}${six ? ' -6' : ''}`, words: six ? words.slice(1) : words };
}

/** As ipvsadm does by itself. */
function loadModule(state: HostState): void {
  const module = state.modules['ip_vs'];
  if (module === undefined || module.loaded) return;
  module.loaded = true;
  for (const [path, value] of Object.entries(module.sysctls ?? {})) state.sysctls[path] ??= value;
}

function saved(state: HostState): readonly string[] {
  return Object.entries(state.services).flatMap(([name, { words, servers }]) => [
    `-A ${name} ${words.join(' ')}`,
    ...Object.entries(servers).map(
      ([server, { method, weight }]) =>
        `-a ${name} -r ${server} ${method === '-i' ? '-i --tun-type ipip' : method} -w ${weight}`,
    ),
  ]);
}

function listed(state: HostState, name: string): readonly string[] {
  return [
    'Prot LocalAddress:Port Scheduler Flags',
    '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
    ...Object.entries(state.services[name]?.servers ?? {}).map(
      ([server, { weight, active }]) =>
        `  -> ${server}               Route   ${weight}      ${active}          0`,
    ),
  ];
}

const shownAs: Readonly<Record<string, string>> = {
  '-t': 'TCP',
  '-u': 'UDP',
  '--sctp-service': 'SCTP',
  '-f': 'FWM',
};

function limits(state: HostState): readonly string[] {
  return [
    'IP Virtual Server version 1.2.1 (size=4096)',
    'Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn ',
    '  -> RemoteAddress:Port',
    ...Object.entries(state.services).flatMap(([name, { words, servers }]) => {
      const [kind = '', service = '', six] = name.split(' ');
      return [
        `${(shownAs[kind] ?? '').padEnd(4)} ${service} ${six === undefined ? '' : 'IPv6 '}${words[1]}`,
        ...Object.entries(servers).map(
          ([server, { upper, lower, active }]) => `  -> ${server} ${upper} ${lower} ${active} 0`,
        ),
      ];
    }),
  ];
}

function setTimeouts(state: HostState, words: readonly string[]): Result {
  const [tcp = 0, fin = 0, udp = 0] = words.map(Number);
  const [oldTcp, oldFin, oldUdp] = state.timeouts;
  state.timeouts = [tcp || oldTcp, fin || oldFin, udp || oldUdp];
  return ok();
}

function editService(state: HostState, verb: string, name: string, words: readonly string[]): Result {
  const found = state.services[name];
  const module = state.modules['ip_vs'];
  if (verb === '-A') {
    if (found) return failed('Service already exists', 255);
    state.services[name] = { words, servers: {} };
  } else if (!found) return failed('No such service', 255);
  else if (verb === '-E') found.words = words;
  else delete state.services[name];
  if (module) module.users = Object.keys(state.services).length;
  if (module?.users === 0) delete module.users;
  return ok();
}

function editServer(state: HostState, verb: string, name: string, words: readonly string[]): Result {
  const service = state.services[name];
  if (!service) return failed('Service not defined', 255);
  const after = (flag: string, other: string) => words[words.indexOf(flag) + 1] ?? other;
  const server = after('-r', '');
  const number = (flag: string, other: number) => (words.includes(flag) ? Number(after(flag, '')) : other);
  const [upper, lower] = [number('-x', 0), number('-y', 0)];
  if (lower > upper) return failed('Numerical result out of range', 255);
  const method = words.slice(words.indexOf('-r') + 2, words.indexOf('-w')).join(' ');
  const found = service.servers[server];
  if (verb === '-a' && found) return failed('Destination already exists', 255);
  if (verb !== '-a' && !found) return failed('No such destination', 255);
  if (verb === '-d') delete service.servers[server];
  else
    service.servers[server] = { method, weight: number('-w', 1), upper, lower, active: found?.active ?? 0 };
  return ok();
}

const readIpvs: Program = ({ state, run }) => {
  if (!state.modules['ip_vs']?.loaded) return ok('none', 'end');
  if (!hasProgram(state, 'ipvsadm')) return ok(...Object.keys(state.services).map(() => 'blind'), 'end');
  const [table, thresholds] = [['-Sn'], ['-Ln', '--thresholds']].map(
    words => run(['ipvsadm', ...words]).stdout,
  );
  return { ...ok(), stdout: `${table}thresholds\n${thresholds}end\n` };
};

const readConnections: Program = ({ state }) => {
  if (!state.modules['ip_vs']?.loaded) return ok('none', 'end');
  if (!hasProgram(state, 'ipvsadm'))
    return ok(Object.keys(state.services).length > 0 ? 'blind' : 'none', 'end');
  return ok(
    ...['IP Virtual Server version 1.2.1 (size=4096)', 'Prot LocalAddress:Port Scheduler Flags'],
    '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
    ...Object.entries(state.services).flatMap(([name, { words, servers }]) => {
      const [kind = '', service = '', six] = name.split(' ');
      return [
        `${(shownAs[kind] ?? '').padEnd(4)} ${service} ${six === undefined ? '' : 'IPv6 '}${words[1]}`,
        ...Object.entries(servers).map(
          ([server, { weight, active }]) => `  -> ${server} Route ${weight} ${active} 0`,
        ),
      ];
    }),
    'end',
  );
};

const weighServers: Program = ({ state, args }) => {
  for (let at = 0; at < args.length; at += 3) {
    const [service = '', server = '', weight = ''] = args.slice(at, at + 3);
    const servers = state.services[service]?.servers;
    const found = servers?.[server];
    if (servers && found) servers[server] = { ...found, weight: Number(weight) };
  }
  return ok();
};

const setScheduler: Program = ({ state, args: [service = '', scheduler = '', flags = ''] }) => {
  const found = state.services[service];
  if (found === undefined) return ok();
  const [, , ...rest] = found.words;
  const at = rest.indexOf('-b');
  if (at >= 0) rest.splice(at, 2);
  found.words = ['-s', scheduler, ...rest, ...(flags === '' ? [] : ['-b', flags])];
  return ok();
};

/** There is no log but where a test has written one: by address of a real server, its last word. */
const readChecks: Program = ({ state, args }) => {
  const lines = Array.from({ length: args.length / 3 }, (_, at) => {
    const [service = '', server = '', address = ''] = args.slice(3 * at, 3 * at + 3);
    const word = state.services[service]?.servers[server] ? 'there' : (state.checks?.[address] ?? 'unknown');
    return `${at} ${word}`;
  });
  return ok(...lines, 'end');
};

/** By instance, what a test has keepalived's log say. */
const readStates: Program = ({ state }) =>
  ok(
    'log journal',
    ...Object.entries(state.vrrp ?? {}).map(([name, word]) => `state ${word} ${name}`),
    'end',
  );

const readTimeouts: Program = ({ state, run }) => {
  if (!state.modules['ip_vs']?.loaded) return ok('none', 'end');
  const busy = Object.keys(state.services).length > 0;
  if (!hasProgram(state, 'ipvsadm')) return ok(busy ? 'blind' : 'none', 'end');
  return { ...ok(), stdout: `${run(['ipvsadm', '-L', '--timeout']).stdout}end\n` };
};

function tolerant({ args: [add = '', edit = '', ...words], run }: Call): Result {
  const result = run(['ipvsadm', add, ...words]);
  return result.code === 0 ? result : run(['ipvsadm', edit, ...words]);
}

/** Time does not pass here: connections that are still there after the drain are cut, as on a host. */
const removeServers: Program = ({ state, args: [, service = '', ...words], run }) => {
  for (let at = 0; at < words.length; at += 2) {
    const server = words[at] ?? '';
    if (state.services[service]?.servers[server] === undefined) continue;
    const result = run(['ipvsadm', '-d', ...service.split(' '), '-r', server]);
    if (result.code !== 0) return result;
  }
  return ok();
};

const removeService: Program = ({ state, args: [service = ''], run }) =>
  state.services[service] === undefined ? ok() : run(['ipvsadm', '-D', ...service.split(' ')]);

export const ipvsPrograms: Programs = {
  'lvsform-read-ipvs': readIpvs,
  'lvsform-read-ipvs-timeouts': readTimeouts,
  'lvsform-read-connections': readConnections,
  'lvsform-read-keepalived-checks': readChecks,
  'lvsform-read-keepalived-states': readStates,
  'lvsform-weigh-servers': weighServers,
  'lvsform-set-scheduler': setScheduler,
  // Time does not pass here: whoever is connected stays so.
  'lvsform-await-quiet': () => ok(),
  'lvsform-set-virtual-service': tolerant,
  'lvsform-set-real-server': tolerant,
  'lvsform-remove-real-servers': removeServers,
  'lvsform-remove-virtual-service': removeService,
  ipvsadm,
};
