import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { service } from '../../src/kinds/service.ts';
import { scriptOf } from '../../src/model/command.ts';
import type { Answers } from '../../src/model/probe.ts';
import { bySystemd as booted } from '../../src/probes/init.ts';
import { type UnitEntry, unitKey, units } from '../../src/probes/units.ts';
import { really, shells } from '../probes/real-sh.ts';

const test = suite('services');

const spec = { name: 'app', reload_on: ['/etc/app.conf'], restart_on: ['/etc/default/app'] };
const subject = service.subject(spec);
const current = { running: true, enabled: true, current: 'yes' } as const;

function answering(entry: UnitEntry | undefined): Answers {
  return { get: <Value>() => entry as Value | undefined };
}

test('the state says what the unit needs to be current', () => {
  const entry: UnitEntry = { active: true, enabled: true, reload: 'same', restart: 'same' };
  const need = (more: Partial<UnitEntry>) => service.read(subject, answering({ ...entry, ...more }))?.current;
  assert.is(need({}), 'yes');
  assert.is(need({ reload: 'other' }), 'reload');
  assert.is(need({ restart: 'other', reload: 'other' }), 'restart');
  assert.is(need({ restart: 'unknown', reload: 'other' }), 'unknown');
  assert.is(need({ active: false, restart: 'other' }), 'yes', 'what does not run loads all when it starts');
  assert.is(service.read(subject, answering(undefined)), undefined);
  assert.is(service.read(subject, answering({ ...entry, active: false, enabled: null })), undefined);
});

test('an input that changes makes a running service stale, by what the input is for', () => {
  const touched = (state: Parameters<NonNullable<typeof service.touched>>[1], ...changed: string[]) =>
    service.touched?.(subject, state, new Set(changed)).current;
  assert.equal(service.inputs?.(subject), ['file//etc/app.conf', 'file//etc/default/app']);
  assert.is(touched(current, 'file//etc/app.conf'), 'reload');
  assert.is(touched(current, 'file//etc/default/app'), 'restart');
  assert.is(touched({ ...current, current: 'restart' }, 'file//etc/app.conf'), 'restart');
  assert.is(touched({ ...current, current: 'unknown' }, 'file//etc/app.conf'), 'restart');
  assert.is(touched({ ...current, running: false }, 'file//etc/default/app'), 'yes');
});

test('a unit that can not be enabled is wanted as it is', () => {
  const want = (enabled: boolean | null) =>
    service.want(spec, {
      render: () => '',
      answers: answering({ active: false, enabled, reload: 'same', restart: 'same' }),
    });
  assert.equal(want(null), { running: true, enabled: false, current: 'yes' });
  assert.equal(want(false), { running: true, enabled: true, current: 'yes' });
});

/** A systemd of forty bytes: what the scripts ask it is in files, and it writes down what it is told. */
const systemctl = `#!/bin/sh
case $1 in
  show) cat "$FAKE/shown" ;;
  is-enabled) exit 1 ;;
  start | restart | reload-or-restart) echo "$*" >>"$FAKE/log"; [ ! -e "$FAKE/broken" ] ;;
  *) echo "$*" >>"$FAKE/log" ;;
esac
`;

for (const shell of shells) {
  test(`${shell.join(' ')}: a load is recorded, a changed file makes it stale, a failed load records nothing`, () => {
    const fake = fs.mkdtempSync(join(tmpdir(), 'lvsform service '));
    const path = (name: string) => join(fake, name);
    fs.writeFileSync(path('systemctl'), systemctl, { mode: 0o755 });
    fs.writeFileSync(
      path('shown'),
      'LoadState=loaded\nActiveState=active\nSubState=exited\nUnitFileState=enabled\n',
    );
    fs.writeFileSync(path('a conf'), 'one');
    fs.writeFileSync(path('default'), 'one');
    const env = { FAKE: fake, PATH: `${fake}:${process.env['PATH']}` };
    const own = service.subject({ name: 'app', reload_on: [path('a conf')], restart_on: [path('default')] });
    const key = unitKey({ unit: 'app', reload: own.reload_on, restart: own.restart_on });
    const here = (argv: readonly string[]) =>
      argv.map(word =>
        word.replace('/var/lib/lvsform/loaded', path('records')).replaceAll(booted, '[ -d / ]'),
      ) as unknown as readonly [string];
    const read = () => {
      const answer = units.parse(really(shell, here(units.script([key])), env), [key]).get(key);
      return service.read(own, answering(answer))?.current;
    };
    const load = () => {
      const [step] = service.move(own, { ...current, current: 'restart' }, current);
      assert.is(scriptOf(step?.argv ?? ['?'])?.name, 'lvsform-load-service');
      return really(shell, here(step?.argv ?? []), env);
    };
    try {
      assert.is(read(), 'unknown');
      assert.is(load().code, 0);
      assert.is(read(), 'yes');
      fs.writeFileSync(path('a conf'), 'two');
      assert.is(read(), 'reload');
      fs.writeFileSync(path('default'), 'two');
      fs.writeFileSync(path('broken'), '');
      const failed = load();
      assert.is(failed.code, 1);
      assert.match(failed.stderr, 'could not restart app');
      assert.is(read(), 'restart');
      fs.rmSync(path('broken'));
      assert.is(load().code, 0);
      fs.rmSync(path('default'));
      assert.is(read(), 'restart', 'a file that is gone is another one');
      assert.match(fs.readFileSync(path('log'), 'utf8'), 'restart -- app');
    } finally {
      fs.rmSync(fake, { recursive: true });
    }
  });
}

/** A script of /etc/init.d with a service that is a file; what it is told is written down. */
const initScript = `#!/bin/sh
echo "$1" >>"$(dirname "$0")/../log"
running=$(dirname "$0")/../running
case $1 in
  start | restart) [ ! -e "$(dirname "$0")/../broken" ] || { echo no such port; exit 1; }; : >"$running" ;;
  stop) rm -f "$running" ;;
  status) [ -e "$running" ] || exit 3 ;;
  reload) exit 3 ;;
  force-reload) ;;
esac
`;

/** update-rc.d, as far as one run level goes. */
const updateRcD = `#!/bin/sh
links=$(dirname "$0")/rc3.d
[ "$1" != -f ] || shift
case $2 in
  defaults) : >"$links/S01$1" ;;
  enable) mv "$links/K01$1" "$links/S01$1" 2>/dev/null; : ;;
  disable) mv "$links/S01$1" "$links/K01$1" ;;
  remove) rm -f "$links/S01$1" "$links/K01$1" ;;
esac
`;

for (const shell of shells) {
  test(`${shell.join(' ')}: without systemd, scripts of /etc/init.d are started, reloaded, enabled and taken away`, () => {
    const fake = fs.mkdtempSync(join(tmpdir(), 'lvsform-init-'));
    const path = (name: string) => join(fake, name);
    for (const folder of ['init.d', 'rc3.d']) fs.mkdirSync(path(folder));
    fs.writeFileSync(path('update-rc.d'), updateRcD, { mode: 0o755 });
    fs.writeFileSync(path('conf'), 'one');
    const own = service.subject({ name: 'app', reload_on: [path('conf')] });
    const key = unitKey({ unit: 'app', reload: own.reload_on, restart: [] });
    const run = (argv: readonly string[]) => {
      const here = argv.map(word =>
        word
          .replace('/var/lib/lvsform/loaded', path('records'))
          .replaceAll(booted, '[ -d /nowhere ]')
          .replaceAll('/etc/init.d', path('init.d'))
          .replaceAll('/etc/rc', path('rc'))
          .replaceAll('"/run/', `"${path('run/')}`),
      );
      return really(shell, here as unknown as readonly [string], {
        PATH: `${fake}:${process.env['PATH']}`,
      });
    };
    const read = () => service.read(own, answering(units.parse(run(units.script([key])), [key]).get(key)));
    const move = (to: Parameters<typeof service.move>[2]) => {
      let result = { code: 0, stderr: '' };
      for (const { argv } of service.move(own, read(), to)) if (result.code === 0) result = run(argv);
      return result;
    };
    const script = (mark: string) =>
      fs.writeFileSync(path('init.d/app'), initScript.replace('\n', `\n${mark}\n`), { mode: 0o755 });
    try {
      assert.is(read(), undefined, 'no script');
      assert.match(move(current).stderr, 'there is no script');
      script('# Made by lvsform');
      assert.is(read(), undefined, 'neither running nor enabled');
      fs.writeFileSync(path('broken'), '');
      const failed = move(current);
      assert.match(failed.stderr, /could not start app\nno such port/);
      assert.is(read(), undefined);
      fs.rmSync(path('broken'));
      assert.is(move(current).code, 0);
      assert.equal(read(), current);
      fs.writeFileSync(path('conf'), 'two');
      assert.is(read()?.current, 'reload');
      fs.rmSync(path('log'));
      assert.is(move(current).code, 0);
      assert.match(fs.readFileSync(path('log'), 'utf8'), /reload\nforce-reload\n/);
      assert.equal(read(), current);
      assert.is(move({ ...current, enabled: false }).code, 0);
      assert.equal(fs.readdirSync(path('rc3.d')), [], 'a script of ours leaves no link');
      fs.writeFileSync(path('init.d/app'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      const silent = () => units.parse(run(units.script([key])), [key]).get(key);
      assert.equal(silent(), { active: false, enabled: false, reload: 'same', restart: 'same' });
      fs.mkdirSync(path('run'));
      fs.writeFileSync(path('run/app.pid'), `${process.pid}\n`);
      assert.is(silent()?.active, true, 'a script without status: the process of its pid file');
      fs.rmSync(path('run/app.pid'));
      script('# of a package');
      assert.is(move(current).code, 0);
      assert.is(move(undefined).code, 0);
      assert.equal(fs.readdirSync(path('rc3.d')), ['K01app'], 'one of a package stays known');
      assert.is(read(), undefined);
      assert.ok(!fs.existsSync(path('running')));
    } finally {
      fs.rmSync(fake, { recursive: true });
    }
  });
}

test.run();
