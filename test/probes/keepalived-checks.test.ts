import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Argv } from '../../src/model/command.ts';
import { type CheckWord, checkKey, keepalivedChecks } from '../../src/probes/keepalived-checks.ts';
import { really, shells } from './real-sh.ts';

/** What keepalived's log tells of real servers that are not in the table, with programs of some bytes in place of the host's. */
const test = suite('the log of keepalived');

const started = 'Starting Keepalived v2.2.7 (01/16,2022)';
const watches = (ip: string, vip = '192.168.0.240') =>
  `Activating healthchecker for service [${ip}]:tcp:80 for VS [${vip}]:tcp:80`;
const takes = (ip: string, vip = '192.168.0.240') =>
  `Removing service [${ip}]:tcp:80 from VS [${vip}]:tcp:80`;
const puts = (ip: string, vip = '192.168.0.240') => `Adding service [${ip}]:tcp:80 to VS [${vip}]:tcp:80`;

const [a, b] = ['192.168.0.1', '192.168.0.2'];
/** The log, oldest first, and the words for two real servers of which the second is in the table, or is not. */
const rows: readonly (readonly [about: string, log: readonly string[], words: readonly CheckWord[]])[] = [
  ['they are watched', [started, watches(a), watches(b)], ['watched', 'watched']],
  ['one was taken out', [started, watches(a), watches(b), takes(a)], ['out', 'watched']],
  ['and put back', [started, watches(a), takes(a), puts(a)], ['in', 'silent']],
  ['and taken out again', [started, takes(a), puts(a), takes(a)], ['out', 'silent']],
  [
    'it is out of another service alone',
    [started, takes(a, '192.168.0.241'), takes(a), puts(a)],
    ['out', 'silent'],
  ],
  [
    'it was alive when the quorum was lost',
    [started, `${takes(a).replace('service', 'alive service')}`],
    ['out', 'silent'],
  ],
  [
    'it got weight 0',
    [started, takes(a).replace('Removing', 'Disabling').replace('from', 'of')],
    ['out', 'silent'],
  ],
  ['an older version names no protocol', [started, takes(a).replaceAll(':tcp', '')], ['out', 'silent']],
  ['the log does not reach back', [watches(a)], ['unknown', 'unknown']],
  ['there is no log', [], ['unknown', 'unknown']],
];

for (const shell of shells) {
  const read = (log: readonly string[], table: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'lvsform-checks-'));
    const program = (name: string, text: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    try {
      writeFileSync(
        join(folder, 'log'),
        log
          .toReversed()
          .map(line => `${line}\n`)
          .join(''),
      );
      program('ipvsadm', `cat <<'END'\n${table}\nEND`);
      program('systemctl', 'echo InvocationID=1');
      // It knows no --grep, as that of an older systemd.
      program('journalctl', `case $* in *--grep*) exit 1 ;; *) cat ${folder}/log ;; esac`);
      const keys = [a, b].map(ip => checkKey('tcp:192.168.0.240:80', `${ip}:80`));
      const argv = keepalivedChecks
        .script(keys)
        .map(word => word.replace('/proc/net/ip_vs', folder).replace('/run/systemd/system', folder));
      const result = really(shell, argv as unknown as Argv, { PATH: `${folder}:/usr/bin:/bin` });
      const found = keepalivedChecks.parse(result, keys);
      return keys.map(key => found.get(key));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const service = '-A -t 192.168.0.240:80 -s rr';
  for (const [about, log, words] of rows)
    test(`${shell.join(' ')}: ${about}`, () => {
      assert.equal(read(log, service), words);
    });

  test(`${shell.join(' ')}: of what is in the table no log is read`, () => {
    const all = [a, b].map(ip => `\n-a -t 192.168.0.240:80 -r ${ip}:80 -g -w 1`).join('');
    assert.equal(read([started, takes(a)], `${service}${all}`), ['there', 'there']);
    assert.equal(read([started, takes(b)], `${service}${all.replaceAll(`${b}:80`, `${b}:8080`)}`), [
      'there',
      'out',
    ]);
  });
}

test.run();
