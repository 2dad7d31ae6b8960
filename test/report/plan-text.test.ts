import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plan } from '../../src/model/change.ts';
import { paint } from '../../src/report/paint.ts';
import { planText } from '../../src/report/plan-text.ts';
import { summary } from '../../src/report/summary.ts';

const none = paint('never', {}, {});
const plan = (changes: Plan['hosts'][number]['changes']): Plan => ({
  playbook: 'site',
  inventory: 'dr.yml',
  hosts: changes.length === 0 ? [] : [{ host: 'web01', stage: 'real servers', changes }],
});
const steps = { steps: [], undo: [] };

test('an update shows the unified diff of its states, why and with what effect', () => {
  const text = planText(
    plan([
      {
        address: 'file/etc/app.conf',
        action: 'update',
        from: { content: 'a\nb\nc\n', mode: '0644' },
        to: { content: 'a\nB\nc\n', mode: '0600' },
        reason: 'it holds a password',
        effect: 'nobody notices',
        ...steps,
      },
    ]),
    none,
  );
  assert.is(
    text,
    `web01  (real servers)
  ~ file/etc/app.conf
      why: it holds a password
      effect: nobody notices
      @@ -1,5 +1,5 @@
      -mode: 0644
      +mode: 0600
       content:
         a
      -  b
      +  B
         c

Plan: 0 to create, 1 to update, 0 to delete, on 1 host.`,
  );
});

test('a missing newline at the end of a file is a difference that is seen', () => {
  const [from, to] = [{ content: 'a\nb' }, { content: 'a\nb\n' }];
  const text = planText(plan([{ address: 'file/x', action: 'update', from, to, ...steps }]), none);
  assert.match(text, '-  (no newline at the end)');
});

test('nothing that a host says can move the cursor of who reads the plan', () => {
  const to = { content: 'x\n\u001b[2Jgone\r\u202e' };
  const text = planText(plan([{ address: 'file/x\u001b]0;t\u0007', action: 'create', to, ...steps }]), none);
  for (const char of ['\u001b', '\u0007', '\r', '\u202e']) assert.not(text.includes(char));
  assert.match(text, '\\x1b[2Jgone');
});

test('an empty plan says so', () => {
  assert.is(summary(plan([])), 'No changes: the hosts are as they should be.');
});

test('what many hosts change alike is shown once, with its diff, and what one changes by itself under its name', () => {
  const same = {
    address: 'file/a',
    action: 'update',
    from: { content: 'x\n' },
    to: { content: 'y\n' },
  } as const;
  const own = (host: string) =>
    ({ address: 'file/name', action: 'create', to: { content: `${host}\n` } }) as const;
  const hosts = Array.from({ length: 200 }, (_, n) => `web${String(n + 1).padStart(3, '0')}`);
  const text = planText(
    {
      playbook: 'site',
      inventory: 'fleet.yml',
      hosts: [
        { host: 'lvs01', stage: 'directors', changes: [{ ...same, ...steps }] },
        ...hosts.map(host => ({
          host,
          stage: 'real servers',
          changes: [{ ...same, ...steps }, ...(host === 'web007' ? [{ ...own(host), ...steps }] : [])],
        })),
      ],
    },
    none,
  );
  assert.is(
    text,
    `lvs01  (directors)
  ~ file/a
      @@ -1,2 +1,2 @@
       content:
      -  x
      +  y

web[001:200]  (real servers, 200 hosts alike)
  ~ file/a
      @@ -1,2 +1,2 @@
       content:
      -  x
      +  y

web007  (real servers)
  + file/name
      +content:
      +  web007

Plan: 1 to create, 201 to update, 0 to delete, on 201 hosts.`,
  );
});

test('few hosts are shown one by one', () => {
  const change = { address: 'file/a', action: 'create', to: { content: 'y\n' }, ...steps } as const;
  const hosts = ['a', 'b', 'c'].map(host => ({ host, stage: 's', changes: [change] }));
  const text = planText({ playbook: 'site', inventory: 'x.yml', hosts }, none);
  assert.equal(
    text.split('\n').filter(line => /^\S/.test(line)),
    ['a  (s)', 'b  (s)', 'c  (s)', 'Plan: 3 to create, 0 to update, 0 to delete, on 3 hosts.'],
  );
});

test.run();
