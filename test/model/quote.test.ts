import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../src/model/problem.ts';
import { quote, quoteArgv } from '../../src/model/quote.ts';
import { isInstalled, shells } from '../transport/local-shell.ts';

const quoting = suite('quote');

// Well-formed text: what is half a surrogate pair cannot be written as UTF-8 at all.
const text = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...'\'"\\!$`*?[]{}~#&;|<>() \n\t-='), fc.string({ unit: 'grapheme' })),
  })
  .filter(value => !value.includes('\0'));

/** `0` ends each argument, as only a byte that no argument can hold does. */
const echo = 'printf "%s\\0" "$@"';

for (const [program, ...args] of shells) {
  const name = [program, ...args].join(' ');
  quoting(`${name} reads back what was quoted`, () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 30 }), words => {
        const line = `set -- ${words.map(quote).join(' ')}; ${echo}`;
        const env = { ...process.env, LC_ALL: 'C.UTF-8' };
        const out = execFileSync(program, [...args, '-c', line], { encoding: 'utf8', env });
        assert.equal(out, words.map(word => `${word}\0`).join(''));
      }),
      { numRuns: 25 },
    );
  });
}

for (const program of ['fish', 'tcsh', 'zsh'].filter(isInstalled)) {
  quoting(`${program}, a login shell, hands on what was quoted, newlines apart`, () => {
    const line = text.map(value => value.replaceAll('\n', ' '));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), words => {
        const command = `exec sh -c ${quote(echo)} sh ${words.map(quote).join(' ')}`;
        const env = { ...process.env, LC_ALL: 'C.UTF-8', HOME: '/nonexistent' };
        const out = execFileSync(program, ['-c', command], {
          encoding: 'utf8',
          env,
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        assert.equal(out, words.map(word => `${word}\0`).join(''));
      }),
      { numRuns: 25 },
    );
  });
}

quoting('plain words stay as they are, so that a person can read them', () => {
  assert.is(
    quoteArgv(['ip', 'addr', 'add', '10.0.0.1/24', 'dev', 'eth0']),
    'ip addr add 10.0.0.1/24 dev eth0',
  );
  assert.is(quote(''), "''");
  assert.is(quote("it's"), "'it'\\''s'");
});

quoting('a NUL is refused', () => {
  assert.throws(
    () => quote('a\0b'),
    (error: unknown) => error instanceof Problem && error.code === 3,
  );
});

quoting.run();
