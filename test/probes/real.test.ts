import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Probe } from '../../src/model/probe.ts';
import { commands, testKey } from '../../src/probes/commands.ts';
import { modules } from '../../src/probes/modules.ts';
import { packages } from '../../src/probes/packages.ts';
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

  test(`${name}: candidates, which take long, are asked for of what is not installed alone`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvsform-packages-'));
    const fake = (program: string, text: string) =>
      writeFileSync(join(folder, program), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    fake('apt-get', '');
    fake('dpkg-query', "echo 'one installed 1.0-1'; echo 'two installed 2.0'; exit 1");
    fake('apt-cache', `echo "$*" >>${folder}/asked; printf 'three:\\n  Candidate: 3.0\\n'`);
    try {
      const read = (keys: readonly string[]) =>
        packages.parse(really(shell, packages.script(keys), { PATH: `${folder}:/usr/bin:/bin` }), keys);
      assert.equal(
        [...read(['one', 'two'])],
        [
          ['one', { manager: 'apt', installed: '1.0-1' }],
          ['two', { manager: 'apt', installed: '2.0' }],
        ],
      );
      assert.not.ok(existsSync(join(folder, 'asked')));
      assert.equal(read(['one', 'three', 'two']).get('three'), { manager: 'apt', candidate: '3.0' });
      assert.is(readFileSync(join(folder, 'asked'), 'utf8'), 'policy -- three\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test(`${name}: tests get their words as they are, and none reads the others' input`, () => {
    const echo = (text: string) => testKey(['sh', '-c', 'cat; test "$1" = "it\'s \\$HOME"', 'x', text]);
    const keys = [
      echo("it's $HOME"),
      echo('other'),
      testKey(['no-such-program-at-all']),
      testKey(['sh', '-c', 'exit 125']),
      testKey(['test', '-d', '/']),
      testKey(['[', '-e', "/no such 'file'", ']']),
      testKey(['test', 'a', '==', 'a']),
      testKey(['test']),
      testKey(['echo', '-n', '*']),
    ];
    assert.equal(
      [...ask(commands, keys).values()],
      [true, undefined, undefined, undefined, true, undefined, true, undefined, true],
    );
    assert.throws(() => ask(commands, [testKey(['sh', '-c', 'kill -9 $$'])]), /ended with code 137/);
    assert.throws(() => ask(commands, [testKey(['/'])]), /ended with code 126/);
  });
}

test.run();
