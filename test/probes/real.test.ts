import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Probe } from '../../src/model/probe.ts';
import { commands, testKey } from '../../src/probes/commands.ts';
import { modules } from '../../src/probes/modules.ts';
import { sysctls } from '../../src/probes/sysctls.ts';
import { really, shells } from './real-sh.ts';

const test = suite('probes on this machine');

for (const shell of shells) {
  const name = shell.join(' ');
  const ask = <Value>(probe: Probe<Value>, keys: readonly string[]) =>
    probe.parse(really(shell, probe.script(keys)), keys);

  if (existsSync('/proc/sys/kernel/threads-max')) {
    test(`${name}: sysctls are whole, and a key that is not there is absent`, () => {
      const keys = ['kernel.threads-max', 'kernel.ostype', 'no.such.key', 'net/ipv4/ip_local_port_range'];
      const found = ask(sysctls, keys);
      assert.is(
        found.get('kernel.threads-max')?.value,
        readFileSync('/proc/sys/kernel/threads-max', 'utf8').trim(),
      );
      assert.is(found.get('kernel.ostype')?.value, 'Linux');
      assert.is(found.get('no.such.key')?.value, null);
      assert.equal(ask(sysctls, []).size, 0);
    });
  }

  if (existsSync('/sys/module')) {
    test(`${name}: a module that does not exist is not loaded`, () => {
      assert.equal(ask(modules, ['no_such_module']).get('no_such_module'), {
        loaded: false,
        builtin: false,
        boot: false,
      });
    });
  }

  test(`${name}: tests get their words as they are, and none reads the others' input`, () => {
    const echo = (text: string) => testKey(['sh', '-c', 'cat; test "$1" = "it\'s \\$HOME"', 'x', text]);
    const keys = [
      echo("it's $HOME"),
      echo('other'),
      testKey(['no-such-program-at-all']),
      testKey(['sh', '-c', 'exit 125']),
    ];
    assert.equal([...ask(commands, keys).values()], [true, undefined, undefined, undefined]);
    assert.throws(() => ask(commands, [testKey(['sh', '-c', 'kill -9 $$'])]), /ended with code 137/);
    assert.throws(() => ask(commands, [testKey(['/'])]), /ended with code 126/);
  });
}

test.run();
