import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommandSpec } from '../../src/kinds/command.ts';
import { scriptChecks } from '../../src/roles/trusted-scripts.ts';

/** The check that a program is root's, run for real; its paths must not lead through /tmp, where everybody writes. */
const test = suite('trusted scripts');
const isRoot = process.getuid?.() === 0;
const directory = isRoot ? mkdtempSync('/var/lib/lvsform-trust-') : '';
test.after(() => {
  if (isRoot) rmSync(directory, { recursive: true });
});

/** What the check says of a program, and its code. */
function verdict(path: string, user = 'root'): string {
  const [check] = scriptChecks([{ script: [path, 'ignored'], user }]);
  if (check === undefined) throw new Error('no check');
  const [program, ...words] = (check.spec as CommandSpec).unless;
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  return `${status} ${stderr.trim().replaceAll(directory, '')}`;
}

function make(name: string, mode = 0o755): string {
  const path = join(directory, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

test('one check for each program and user', () => {
  const twice = { script: ['/bin/true', 'a'], user: 'root' } as const;
  assert.is(
    scriptChecks([twice, { ...twice, script: ['/bin/true'] }, { ...twice, user: 'nobody' }]).length,
    2,
  );
});

if (!isRoot) test.skip('SKIPPED, this takes root');
else {
  test("a program of root's is trusted, by a link too, and for another user", () => {
    const path = make('good');
    symlinkSync(path, join(directory, 'link'));
    assert.is(verdict(path), '0 ');
    assert.is(verdict(join(directory, 'link')), '0 ');
    assert.is(verdict(path, 'nobody'), '0 ');
    assert.is(verdict('/bin/true'), '0 ');
  });

  test('what is not there, cannot be run, or has no user is refused', () => {
    assert.match(verdict(join(directory, 'nothing')), /^1 there is no \/nothing: put it there/);
    assert.match(verdict(directory), /^1 there is no/);
    assert.match(verdict(make('plain', 0o644)), /^1 \/plain can not be executed: chmod 0755/);
    assert.match(verdict(make('good2'), 'no-such-user'), /^1 there is no user no-such-user, who is to run/);
  });

  test('what others could change is refused: the file, its owner, a directory above it', () => {
    assert.match(verdict(make('all', 0o757)), /^1 others than root may write to \/all: chmod go-w/);
    assert.match(verdict(make('group', 0o775)), /^1 others than root may write to \/group/);
    const theirs = make('theirs');
    chownSync(theirs, 65534, 65534);
    assert.match(verdict(theirs), /^1 \/theirs does not belong to root: chown root/);
    const inner = make('open/inner/script');
    chmodSync(join(directory, 'open'), 0o777);
    assert.match(verdict(inner), /^1 others than root may write to \/open: chmod go-w/);
  });
}

test.run();
