import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderedFiles } from './rendered.ts';
import { scenes } from './scenes.ts';
import { complaint, isHere } from './stage.ts';

/** Every script that the templates give, read by the shells that hosts have, and by a critic. */
const test = suite('script syntax');

const scripts = new Map(
  scenes
    .flatMap(({ cluster, hosts, keepalived, haproxy }) =>
      hosts.flatMap(host => renderedFiles(cluster, host, keepalived, haproxy)),
    )
    .filter(({ path }) => path.endsWith('.sh'))
    .map(({ path, text, mode }) => [text, { path, mode }]),
);

const readers: readonly (readonly [string, ...string[]])[] = [
  ['dash', '-n'],
  ['busybox', 'sh', '-n'],
  ['bash', '--posix', '-n'],
  // SC2317: it does not see that the functions are called by name.
  ['shellcheck', '--shell=sh', '--exclude=SC2317', '-'],
];

for (const reader of readers) {
  const [program] = reader;
  const what = reader.slice(0, 2).join(' ');
  if (!isHere(program)) {
    test.skip(`SKIPPED, there is no ${program} here: ${what}`);
    continue;
  }
  test(`${what} has nothing to say`, () => {
    for (const [text, { path }] of scripts) assert.is(complaint(reader, text), '', path);
  });
}

test('scripts are found, can be run, and name their shell', () => {
  assert.ok(scripts.size >= 7, `${scripts.size}`);
  for (const [text, { path, mode }] of scripts) {
    assert.is(mode, '0755', path);
    assert.ok(text.startsWith('#!/bin/sh\n'), path);
  }
});

test('nothing clears or restores a whole table', () => {
  for (const [text, { path }] of scripts) {
    assert.not.match(text, /ipvsadm (-C|--clear|-R|--restore)|ipvsadm-restore|ifconfig|-F\b|--flush/, path);
  }
});

test.run();
