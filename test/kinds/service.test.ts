import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { service } from '../../src/kinds/service.ts';
import { scriptOf } from '../../src/model/command.ts';
import type { Answers } from '../../src/model/probe.ts';
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
      argv.map(word => word.replace('/var/lib/lvsform/loaded', path('records'))) as unknown as readonly [
        string,
      ];
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

test.run();
