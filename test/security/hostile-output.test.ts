// timeout: 180 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plan } from '../../src/model/change.ts';
import type { Event } from '../../src/model/event.ts';
import { Problem } from '../../src/model/problem.ts';
import { quoteArgv } from '../../src/model/quote.ts';
import { jsonLines } from '../../src/report/json-lines.ts';
import { lineOf } from '../../src/report/lines.ts';
import { paint } from '../../src/report/paint.ts';
import { planJson } from '../../src/report/plan-json.ts';
import { planSh } from '../../src/report/plan-sh.ts';
import { planText } from '../../src/report/plan-text.ts';
import { live, plain } from '../../src/report/terminal.ts';
import { failoverText, verdictsText } from '../../src/report/verify-text.ts';
import { LocalSession } from '../transport/local-shell.ts';

/** A host may print anything: too much, no text at all, or texts that a terminal obeys. */
const test = suite('hostile output');
const asRoot = process.getuid?.() === 0 ? test : test.skip;
const megabyte = 1_000_000;

/** What is in memory at most while `work` runs, beyond what was before, in bytes. */
async function grown(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 5);
  await work().finally(() => clearInterval(timer));
  return most - before;
}

const floods: readonly (readonly [name: string, ...commands: string[]])[] = [
  ['200 MB on stdout', 'head -c 200000000 /dev/zero'],
  ['200 MB on stderr', 'head -c 200000000 /dev/zero >&2'],
  ['200 MB on both', 'head -c 100000000 /dev/zero & head -c 100000000 /dev/zero >&2; wait'],
  ['10 commands, 20 MB each', ...Array<string>(10).fill('head -c 20000000 /dev/zero')],
  ['1 GB', 'head -c 1000000000 /dev/zero'],
];
for (const [name, ...commands] of floods) {
  asRoot(`${name}: a clear error, and bounded memory`, async () => {
    const session = new LocalSession();
    const batch = commands.map(text => ({ argv: ['sh', '-c', text], label: 'flood it' }) as const);
    let error: unknown;
    const most = await grown(async () => {
      error = await session.run(batch).catch((reason: unknown) => reason);
    });
    assert.ok(error instanceof Problem, String(error));
    assert.is(error.message, 'the host printed more than 128 MiB');
    assert.match(error.why ?? '', 'it was at: flood it');
    assert.is(error.where, 'root@test:22');
    assert.ok(most < 400 * megabyte, `${Math.round(most / megabyte)} MB`);
    const later = await session.run([{ argv: ['true'] }]).catch((reason: unknown) => reason);
    assert.instance(later, Problem, 'the session is over');
    session.cut();
  });
}

asRoot(
  'bytes that are no UTF-8 become the sign of a wrong character, and hide no edge of a command',
  async () => {
    const session = new LocalSession();
    const bytes = ['\\377\\376', '\\300\\257', '\\355\\240\\200', '\\360\\237\\222', '\\200'];
    const results = await session.run(
      bytes.flatMap(one => [
        { argv: ['printf', `a${one}b`] as const },
        { argv: ['sh', '-c', `printf 'a${one}' >&2`] as const },
      ]),
    );
    assert.is(results.length, 2 * bytes.length);
    for (const { code, stdout, stderr } of results) {
      assert.is(code, 0);
      assert.match(stdout + stderr, /^a\uFFFD+b?$/);
    }
    session.cut();
  },
);

/** What a terminal obeys, or what makes a text look like another one. */
const texts = {
  'a title (OSC)': '\u001b]0;owned\u0007',
  'a cleared screen (CSI)': '\u001b[2J\u001b[H',
  'a link (OSC 8)': '\u001b]8;;http://evil\u001b\\here\u001b]8;;\u001b\\',
  'CSI as one character (C1)': '\u009b2J',
  'OSC as one character (C1)': '\u009d0;owned\u009c',
  'a clipboard (OSC 52)': '\u001b]52;c;ZXZpbA==\u0007',
  'a carriage return': 'failed\rok    ',
  backspaces: 'no\b\byes',
  bell: '\u0007',
  NUL: 'a\0b',
  DEL: 'a\u007fb',
  'bidi override': '\u202etxt.exe',
  'bidi isolate': '\u2066a\u2069',
  'bidi mark': 'a\u200fb\u061cc',
  'zero width': 'a\u200bb\ufeffc\u00add',
  tags: 'a\u{e0041}b',
  'line separators': 'a\u2028b\u2029c',
} as const;

const csi = '\u001b\\[';
const none = paint('never', {}, {});

function said(events: readonly Event[], verbose = true): string {
  const lines: string[] = [];
  for (const event of events) plain(text => lines.push(text), none, verbose)(event);
  return lines.join('');
}

const planOf = (bad: string): Plan => ({
  playbook: 'site',
  inventory: 'x.yml',
  hosts: [
    {
      host: 'lvs01',
      stage: 'all',
      changes: [
        {
          address: `package/${bad}`,
          action: 'update',
          from: { version: bad, content: `a\n${bad}\n` },
          to: { version: `2${bad}` },
          reason: bad,
          effect: bad,
          steps: [{ argv: ['apt-get', 'install', bad], stdin: bad, label: bad }],
          undo: [{ argv: ['apt-get', 'remove', bad] }],
        },
      ],
    },
  ],
});

const verdict = (bad: string) => ({
  client: 'client',
  service: 'http',
  target: '10.0.0.1:80',
  scheduler: 'rr',
  requests: 2,
  answered: 2,
  sequence: [bad, 'rs1'],
  servers: [{ host: 'rs1', weight: 1, expected: 1, seen: 1, held: undefined }],
  promise: bad,
  faults: [bad],
  notes: [bad],
});

const load = { requests: 1, failed: 0, rate: 1, gap: 0 };

/** Everything that is printed of what a host can say. */
const sinks: Readonly<Record<string, (bad: string) => string>> = {
  'an error': bad =>
    said([{ event: 'host.failed', host: 'lvs01', error: { what: bad, why: bad, next: bad, where: bad } }]),
  'a failed change': bad =>
    said([{ event: 'change.failed', host: 'lvs01', address: bad, action: 'create', error: { what: bad } }]),
  'a change': bad =>
    said([{ event: 'change.done', host: 'lvs01', address: bad, action: 'create', seconds: 1 }]),
  'the holder of a lock': bad =>
    said([{ event: 'problem', error: { what: 'another run', why: `the lock is held by ${bad}` } }]),
  'a note': bad => said([{ event: 'note', host: 'lvs01', text: bad }]),
  'a line of -v': bad =>
    said([{ event: 'verify.started', client: bad, service: bad, target: bad, requests: 1 }]),
  'the live region': bad => {
    let screen = '';
    const write = (text: string) => (screen += text);
    const shown = live({ write }, none, plain(write, none, true));
    shown.report({ event: 'change.started', host: 'lvs01', address: bad, action: 'create' });
    shown.report({ event: 'verify.started', client: 'c', service: bad, target: bad, requests: 1 });
    shown.stop();
    // Its own: up, and clear what is below.
    return screen.replaceAll(new RegExp(`${csi}\\d+[AJ]`, 'g'), '');
  },
  'a plan': bad => planText(planOf(bad), none),
  'a plan as JSON': bad => planJson(planOf(bad)),
  'a plan as sh': bad => planSh(planOf(bad.replaceAll('\0', '\u0001')), quoteArgv),
  'a page that verify got': bad => verdictsText([verdict(bad)], none),
  'a failover': bad =>
    failoverText({ master: 'a', backup: 'b', client: 'c', away: load, back: load, faults: [bad] }, none),
  'events as JSON': bad => {
    const lines: string[] = [];
    const report = jsonLines(line => lines.push(line));
    report({ event: 'note', text: bad });
    report({ event: 'plan.made', plan: planOf(bad) });
    report({ event: 'verify.done', result: { faults: [bad] } });
    for (const line of lines) JSON.parse(line);
    return lines.join('');
  },
};

for (const [name, bad] of Object.entries(texts)) {
  for (const [sink, show] of Object.entries(sinks)) {
    test(`${name} in ${sink} is seen and not obeyed`, () => {
      const shown = show(bad);
      assert.not.match(shown, /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      assert.match(shown, /\\(x[0-9a-f]{2}|u[0-9a-f]{4}|[bfr])/, 'and it is not left out');
    });
  }
}

test('JSON gives every character back as it was', () => {
  for (const bad of Object.values(texts)) {
    const lines: string[] = [];
    jsonLines(line => lines.push(line))({ event: 'note', text: bad });
    assert.is((JSON.parse(lines[0] ?? '') as { text: string }).text, bad);
    assert.equal((JSON.parse(planJson(planOf(bad))) as Plan).hosts, planOf(bad).hosts);
  }
});

test('colours are ours alone', () => {
  const colours = paint('always', {}, {});
  for (const bad of Object.values(texts)) {
    const line = lineOf({ event: 'host.failed', host: 'a', error: { what: bad } }, colours)?.text ?? '';
    assert.not.match(line.replaceAll(new RegExp(`${csi}\\d+m`, 'g'), ''), /(?![\n\t])[\p{Cc}\p{Cf}]/u);
  }
});

test.run();
