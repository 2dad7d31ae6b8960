// timeout: 600 s
// needs: lab
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { figure } from '../faults/figure.ts';
import { lightImage } from '../faults/light/image.ts';
import { startInside } from '../faults/light/namespace.ts';
import { namesIn, secrets } from './canary/secrets.ts';

interface Sink {
  readonly sink: string;
  readonly leaks: readonly string[];
  readonly read: boolean;
  readonly text?: string;
}

/** No byte of a secret gets anywhere: real hosts, a real sshd and sudo, the real command line. */
const test = suite('secrets', { sinks: [] as readonly Sink[] });

test.before(async context => {
  const child = startInside('test/security/canary/driver.ts', ['--image', await lightImage()]);
  const sinks: Sink[] = [];
  let done = false;
  if (child.stdout === null) throw new Error('the driver has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Sink & { readonly done?: true };
    if (said.done) done = true;
    else sinks.push(said);
  }
  if (child.exitCode === null) await once(child, 'exit');
  context.sinks = sinks;
  if (!done) throw new Error(`the driver broke off after ${sinks.at(-1)?.sink}`);
});

test('a secret is found in each form in which it could be carried', () => {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const text of [secret, JSON.stringify({ secret }), Buffer.from(secret).toString('base64')])
      assert.ok(namesIn(`x ${text} y`).includes(name), text);
  }
});

test('each place was really read', ({ sinks }) => {
  assert.is(
    sinks
      .filter(({ read }) => !read)
      .map(({ sink, text }) => `${sink}: ${text}`)
      .join('\n\n'),
    '',
  );
});

test('no secret is in any of them', ({ sinks }) => {
  assert.is(
    sinks
      .filter(({ leaks }) => leaks.length > 0)
      .map(({ sink, leaks, text }) => `${sink}: ${leaks.join(', ')}\n${text}`)
      .join('\n\n'),
    '',
  );
});

test('the figures', ({ sinks }) => {
  assert.ok(figure('canary-sinks', sinks.length, 'sinks', { atLeast: 12 }));
  assert.ok(figure('canary-hits', sinks.flatMap(({ leaks }) => leaks).length, 'hits', { atMost: 0 }));
});

test.run();
