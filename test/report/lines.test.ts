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

test('the live region shows a line a busy host, folds what does not fit, and leaves nothing behind', () => {
  let screen = '';
  const shown = live({ write: text => (screen += text), rows: 8, columns: 40 }, none, false);
  for (let host = 1; host <= 9; host += 1) shown.report({ event: 'host.connecting', host: `h${host}` });
  assert.match(screen, 'h4: connecting');
  assert.match(screen, 'and 5 more');
  screen = '';
  for (let host = 1; host <= 9; host += 1)
    shown.report({ event: 'host.planned', host: `h${host}`, changes: 0 });
  shown.stop();
  assert.not(screen.slice(screen.lastIndexOf('\u001b[0J')).includes('connecting'));
});

test.run();
