import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lineOf } from '../../src/report/lines.ts';
import { paint } from '../../src/report/paint.ts';
import { live, plain } from '../../src/report/terminal.ts';

const none = paint('never', {}, {});

test('no event carries a control character of a host to the terminal', () => {
  const bad = 'x\u001b]0;t\u0007';
  const events = [
    { event: 'change.done', host: bad, address: bad, action: 'delete', seconds: 2 },
    { event: 'change.failed', host: bad, address: bad, action: 'delete', error: { what: bad } },
    { event: 'host.failed', host: bad, error: { what: bad, why: bad, next: bad } },
    { event: 'note', text: bad, host: bad },
  ] as const;
  for (const event of events) assert.not(lineOf(event, none)?.text.includes('\u001b'), event.event);
});

test('what is quiet is only said with -v', () => {
  const said: string[] = [];
  const event = { event: 'host.connecting', host: 'a' } as const;
  plain(text => said.push(text), none, false)(event);
  assert.equal(said, []);
  plain(text => said.push(text), none, true)(event);
  assert.equal(said, ['a: connecting\n']);
});

test('the live region shows a line a busy host, or what many do where they do not fit, and leaves nothing behind', () => {
  let screen = '';
  const write = (text: string) => (screen += text);
  const shown = live({ write, rows: 8, columns: 60 }, none, plain(write, none, false), 9);
  for (let host = 1; host <= 4; host += 1) shown.report({ event: 'host.connecting', host: `h${host}` });
  assert.match(screen, 'h4: connecting');
  for (let host = 5; host <= 9; host += 1) shown.report({ event: 'host.connecting', host: `h${host}` });
  shown.report({ event: 'host.failed', host: 'h9', error: { what: 'no answer' } });
  for (let host = 1; host <= 2; host += 1)
    shown.report({ event: 'host.planned', host: `h${host}`, changes: 0 });
  shown.report({ event: 'host.reading', host: 'h3', resources: 2 });
  const last = screen.slice(screen.lastIndexOf('\u001b[0J'));
  assert.match(last, /1 failed, 2 of 9 hosts done\n. 5 hosts: connecting\n. h3: reading\n$/);
  screen = '';
  for (let host = 3; host <= 9; host += 1)
    shown.report({ event: 'host.planned', host: `h${host}`, changes: 0 });
  shown.stop();
  assert.not(screen.slice(screen.lastIndexOf('\u001b[0J')).includes('connecting'));
});

/** What `plain` says of a run of that many hosts, each with the same two changes; some fail. */
function told(hosts: number, verbose = false): readonly string[] {
  const said: string[] = [];
  const log = plain(text => said.push(...text.trimEnd().split('\n')), none, verbose);
  const names = Array.from({ length: hosts }, (_, n) => `web${String(n + 1).padStart(4, '0')}`);
  log({ event: 'run.started', inventory: 'fleet.yml', hosts });
  for (const host of names) log({ event: 'host.connecting', host });
  log({ event: 'stage.started', stage: 'real servers', hosts: names });
  for (const [n, host] of names.entries()) {
    if (n % 100 === 99) {
      log({ event: 'host.failed', host, error: { what: 'no answer', why: `from 10.0.0.${n}` } });
      continue;
    }
    for (const address of ['file//etc/a', 'service/nginx']) {
      log({ event: 'change.done', host, address, action: 'update', seconds: 0.1 });
    }
    log({ event: 'host.done', host, changed: 2 });
  }
  log({ event: 'problem', error: { what: `${hosts} hosts failed` } });
  return said;
}

test('a thousand hosts are told of in a few lines, whoever fails first', () => {
  assert.equal(told(1000), [
    'real servers: web[0001:1000]',
    'error: web0100: no answer',
    '  from 10.0.0.99',
    '  250 of 1000 hosts done',
    '  500 of 1000 hosts done',
    '  750 of 1000 hosts done',
    'error: the same on 9 more hosts: web0200, web0300, web0400, web0500, web0600, web0700, web0800, web0900, web1000',
    '  990 hosts (web[0001:0099], web[0101:0199], web[0201:0299], web[0301:0399] and 6 more)  ~ file//etc/a',
    '  990 hosts (web[0001:0099], web[0101:0199], web[0201:0299], web[0301:0399] and 6 more)  ~ service/nginx',
    'error: 1000 hosts failed',
  ]);
  assert.is(told(1000, true).filter(line => /connecting$/.test(line)).length, 1000);
  assert.is(told(1000, true).filter(line => /~ file/.test(line)).length, 990);
});

test('few hosts are told of one by one, as they go', () => {
  assert.equal(told(2), [
    'real servers: web0001, web0002',
    '  web0001  ~ file//etc/a',
    '  web0001  ~ service/nginx',
    '  web0002  ~ file//etc/a',
    '  web0002  ~ service/nginx',
    'error: 2 hosts failed',
  ]);
});

test.run();
