import type { Argv } from '../../../model/command.ts';
import { type Call, failed, ok, type Program, type Programs } from '../program.ts';
import type { HostState, Unit } from '../state.ts';
import { bytesOf, children, fingerprint, put } from './files.ts';

const readPackages: Program = ({ state, args }) => {
  const known = args.flatMap(name => (state.packages[name] ? [{ name, ...state.packages[name] }] : []));
  return ok(
    'apt',
    ...known.map(one => `${one.name} ${one.installed ? `installed ${one.installed}` : 'not-installed '}`),
    'candidates',
    ...known
      .filter(one => one.installed === undefined)
      .flatMap(one => [
        `${one.name}:`,
        '  Installed: (none)',
        `  Candidate: ${one.candidate ?? '(none)'}`,
        '  Version table:',
      ]),
    'end',
  );
};

const installPackage: Program = ({ state, args: [name = ''] }) => {
  const wanted = state.packages[name];
  if (wanted?.candidate === undefined) return failed(`E: Unable to locate package ${name}`, 1);
  for (const need of wanted.needs ?? []) install(state, need, true);
  install(state, name, false);
  return ok();
};

function install(state: HostState, name: string, auto: boolean): void {
  const one = state.packages[name];
  if (one?.candidate === undefined) return;
  if (one.installed === undefined) one.auto = auto;
  else if (!auto) one.auto = false;
  one.installed ??= one.candidate;
  for (const unit of one.units ?? [])
    state.units[unit] ??= { file: 'disabled', active: false, starts: 0, reloads: 0 };
  for (const path of one.directories ?? [])
    state.files[path] ??= { type: 'directory', owner: 'root', group: 'root', mode: '0755' };
}

const removePackage: Program = ({ state, args: [name = ''] }) => {
  const unneeded = () =>
    Object.keys(state.packages).filter(one => state.packages[one]?.auto && !isNeeded(state, one));
  const others = Object.keys(state.packages).filter(
    one => state.packages[one]?.installed !== undefined && state.packages[one]?.needs?.includes(name),
  );
  if (others.length > 0) return failed(`not removing ${name}: these need it: ${others.join(' ')}`);
  const before = new Set(unneeded());
  purge(state, name);
  for (const one of unneeded()) if (!before.has(one)) purge(state, one);
  return ok();
};

function isNeeded(state: HostState, name: string): boolean {
  return Object.values(state.packages).some(one => one.installed !== undefined && one.needs?.includes(name));
}

function purge(state: HostState, name: string): void {
  const one = state.packages[name];
  if (one === undefined) return;
  delete one.installed;
  delete one.auto;
  for (const unit of one.units ?? []) delete state.units[unit];
  for (const path of [...(one.directories ?? [])].reverse())
    if (children(state, path).length === 0) delete state.files[path];
}

/** The record of a build, as the scripts write it. */
const recordOf = (records: string, name: string) => `${records}/${name}/record`;

const readBuilds: Program = ({ state, args: [records = '', ...words] }) => {
  const lines: string[] = [];
  while (words.length > 0) {
    const name = words.shift() ?? '';
    const programs = words.splice(0, Number(words.shift()));
    const [sum, intact] = bytesOf(state, recordOf(records, name))?.toString().split(' ') ?? [];
    const whole = intact === 'intact' && programs.every(path => bytesOf(state, path)?.toString() === sum);
    lines.push(`${lines.length} ${sum === undefined ? 'absent' : `${whole ? 'intact' : 'changed'} ${sum}`}`);
  }
  return ok(...lines, 'end');
};

const buildSource: Program = ({ state, args }) => {
  const [records = '', name = '', , sum = '', intact = '', directory = '', ...programs] = args;
  const owned = { owner: 'root', group: 'root', mode: '0755' };
  for (const program of programs) put(state, `${directory}/${program}`, Buffer.from(sum), owned);
  put(state, recordOf(records, name), Buffer.from(`${sum} ${intact}`), { ...owned, mode: '0644' });
  return ok();
};

const removeBuild: Program = ({ state, args: [records = '', name = '', ...paths] }) => {
  for (const path of [...paths, recordOf(records, name)]) delete state.files[path];
  return ok();
};

const readModules: Program = ({ state, args: [boot = '', ...names] }) =>
  ok(
    ...names.map((name, index) => {
      const one = state.modules[name];
      return `${one?.builtin ? 'builtin' : one?.loaded ? 'loaded' : 'none'} ${index}`;
    }),
    ...prefixed(state, boot, 'boot '),
    'end',
  );

function prefixed(state: HostState, path: string, prefix: string): readonly string[] {
  const text = bytesOf(state, path)?.toString() ?? '';
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => `${prefix}${line}`);
}

const modprobe: Program = ({ state, args }) => {
  const [name = ''] = args.filter(word => !word.startsWith('-'));
  const one = state.modules[name.replaceAll('-', '_')];
  if (one === undefined)
    return failed(`modprobe: FATAL: Module ${name} not found in directory /lib/modules/6.1.0`);
  const remove = args.includes('-r');
  if (remove && (one.builtin || (one.users ?? 0) > 0))
    return failed(`modprobe: FATAL: Module ${name} is in use.`);
  const sysctls = Object.entries(one.sysctls ?? {});
  for (const [path, value] of sysctls) {
    if (remove) delete state.sysctls[path];
    else state.sysctls[path] ??= value;
  }
  one.loaded = !remove;
  return ok();
};

const unloadModule: Program = ({ state, args: [name = ''], run }) => {
  if (!state.modules[name]?.loaded || state.modules[name]?.builtin) return ok();
  const { code, stderr } = run(['modprobe', '-r', '--', name]);
  return code === 0 ? ok() : { ...ok(), stderr: `${stderr}${name} stays loaded: it is still in use\n` };
};

const readSysctls: Program = ({ state, args: [boot = '', ...paths] }) =>
  ok(
    ...paths.flatMap((path, index) => (state.sysctls[path] === undefined ? [`absent ${index}`] : [])),
    ...prefixed(state, boot, `${boot}:`),
    ...paths.flatMap(path =>
      state.sysctls[path] === undefined ? [] : [`/proc/sys/${path}:${state.sysctls[path]}`],
    ),
    'end',
  );

const setSysctl: Program = ({ state, args: [path = '', value = ''] }) => {
  if (state.sysctls[path] === undefined) return failed(`the kernel has no ${path}: is its module loaded?`);
  state.sysctls[path] = value.trim().replace(/\s+/g, '\t');
  return ok();
};

const readUnits: Program = ({ state, args }) => {
  const [records = '', count = '0', ...rest] = args;
  const names = rest.splice(0, Number(count));
  const shown = names.map(name => {
    const unit = state.units[name];
    return [
      `LoadState=${unit === undefined ? 'not-found' : unit.file === 'masked' ? 'masked' : 'loaded'}`,
      `ActiveState=${unit?.active ? 'active' : 'inactive'}`,
      `UnitFileState=${unit?.file ?? ''}`,
    ].join('\n');
  });
  const inputs: string[] = [];
  for (let index = 0; rest.length > 0; index++) {
    const unit = rest.shift() ?? '';
    for (const verb of ['reload', 'restart']) {
      const paths = rest.splice(0, Number(rest.shift()));
      const record = bytesOf(state, `${records}/${unit}.${verb}`)?.toString();
      const word = record === undefined ? 'unknown' : record === fingerprint(state, paths) ? 'same' : 'other';
      if (paths.length > 0) inputs.push(`${index} ${verb} ${word}`);
    }
  }
  return ok(shown.join('\n\n'), 'inputs', ...inputs, 'end');
};

const loadService: Program = ({ state, args, run }) => {
  const [records = '', name = '', verb = '', count = '0', ...paths] = args;
  const reload = paths.slice(0, Number(count));
  const restart = paths.slice(Number(count));
  const prints = { reload: fingerprint(state, reload), restart: fingerprint(state, restart) };
  const result = run(['systemctl', verb === 'reload' ? 'reload-or-restart' : verb, '--', name]);
  if (result.code !== 0) return { ...result, stderr: `could not ${verb} ${name}\n${result.stderr}` };
  if (verb !== 'reload' && restart.length > 0) record(state, `${records}/${name}.restart`, prints.restart);
  if (reload.length > 0) record(state, `${records}/${name}.reload`, prints.reload);
  return ok();
};

function record(state: HostState, path: string, text: string): void {
  put(state, path, Buffer.from(text), { owner: 'root', group: 'root', mode: '0600' });
}

const markService: Program = ({ state, args: [records, unit, need] }) => {
  record(state, `${records}/${unit}.${need}`, 'stale');
  return ok();
};

const systemctl: Program = ({ state, args }) => {
  const [verb = '', ...words] = args;
  const name = (words.filter(word => !word.startsWith('-'))[0] ?? '').replace(/\.service$/, '');
  if (verb === 'daemon-reload') return ok();
  const unit = state.units[name] ?? unitFromFile(state, name);
  if (unit === undefined) return failed(`Unit ${name}.service not found.`, 5);
  state.units[name] = unit;
  if (verb === 'enable' || verb === 'disable') unit.file = unit.file === 'static' ? 'static' : `${verb}d`;
  else if (verb === 'stop') unit.active = false;
  else if (unit.file === 'masked') return failed(`Unit ${name}.service is masked.`, 1);
  else if (unit.broken) {
    unit.active = verb === 'reload-or-restart' && unit.active;
    return failed(`Job for ${name}.service failed because the control process exited with error code.`);
  } else {
    if (verb === 'reload-or-restart' && unit.active) unit.reloads += 1;
    else unit.starts += 1;
    unit.active = true;
  }
  return ok();
};

/** A unit file that somebody wrote makes a unit. */
function unitFromFile(state: HostState, name: string): Unit | undefined {
  const script = bytesOf(state, `/etc/init.d/${name}`);
  if (state.init === 'sysv' && script !== undefined)
    return { file: 'disabled', active: false, starts: 0, reloads: 0 };
  const text = bytesOf(state, `/etc/systemd/system/${name}.service`)?.toString();
  if (text === undefined) return undefined;
  return { file: text.includes('[Install]') ? 'disabled' : 'static', active: false, starts: 0, reloads: 0 };
}

const enableService: Program = ({ args: [name = ''], run }) => run(['systemctl', 'enable', '--', name]);

const readInit: Program = ({ state }) => ok(state.init, 'end');

const stopService: Program = ({ state, args: [name = ''], run }) =>
  state.units[name] === undefined ? ok() : run(['systemctl', 'stop', '--', name]);

const disableService: Program = ({ state, args: [name = ''], run }) =>
  state.units[name] === undefined ? ok() : run(['systemctl', 'disable', '--', name]);

const testCommands: Program = ({ args, run }: Call) => {
  const words = [...args];
  const lines: string[] = [];
  while (words.length > 0) {
    const argv = words.splice(0, Number(words.shift())) as unknown as Argv;
    lines.push(`${lines.length} ${run(argv).code}`);
  }
  return ok(...lines, 'end');
};

export const systemPrograms: Programs = {
  'lvsform-read-packages': readPackages,
  'lvsform-settle-packages': () => ok(),
  'lvsform-install-package': installPackage,
  'lvsform-remove-package': removePackage,
  'lvsform-read-builds': readBuilds,
  'lvsform-build-source': buildSource,
  'lvsform-remove-build': removeBuild,
  'lvsform-read-modules': readModules,
  'lvsform-unload-module': unloadModule,
  'lvsform-read-sysctls': readSysctls,
  'lvsform-set-sysctl': setSysctl,
  'lvsform-read-units': readUnits,
  'lvsform-load-service': loadService,
  'lvsform-mark-service': markService,
  'lvsform-enable-service': enableService,
  'lvsform-read-init': readInit,
  'lvsform-stop-service': stopService,
  'lvsform-disable-service': disableService,
  'lvsform-test-commands': testCommands,
  modprobe,
  systemctl,
};
