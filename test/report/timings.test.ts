import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Stopwatch, timed } from '../../src/engine/stopwatch.ts';
import { timingsText } from '../../src/report/timings-text.ts';

test('what a host took is added up by phase, the slowest host first', () => {
  const watch = new Stopwatch();
  watch.meter('web01', 'login', 0.25);
  watch.meter('web02', 'login', 0.5);
  watch.meter('web01', 'read', 0.5);
  watch.meter('web01', 'read', 0.25);
  assert.equal(watch.hosts(), [
    { host: 'web01', seconds: 1, phases: { login: 0.25, read: 0.75 } },
    { host: 'web02', seconds: 0.5, phases: { login: 0.5 } },
  ]);
});

test('work that fails has taken its time too', async () => {
  const told: string[] = [];
  const fails = timed(
    (host, phase) => told.push(`${host} ${phase}`),
    'web01',
    'act',
    async () => {
      throw new Error('no');
    },
  );
  assert.is(await fails.catch((error: Error) => error.message), 'no');
  assert.equal(told, ['web01 act']);
});

test('the table: phases over all hosts, then the slowest hosts, and how many are left out', () => {
  const hosts = Array.from({ length: 12 }, (_, n) => ({
    host: `web${n + 1}`,
    seconds: 12 - n,
    phases: { login: 11.5 - n, read: 0.45, ...(n === 0 && { wait: 0.05 }) },
  }));
  assert.is(
    timingsText(12.34, 0.21, hosts),
    `Time: 12.3 s in all, 210 ms of it before the first host

phase  hosts  median  slowest
login     12  6.50 s   11.5 s  web1
read      12  450 ms   450 ms  web12
wait       1   50 ms    50 ms  web1

host    total   login    read   wait
web1   12.0 s  11.5 s  450 ms  50 ms
web2   11.0 s  10.5 s  450 ms      -
web3   10.0 s  9.50 s  450 ms      -
web4   9.00 s  8.50 s  450 ms      -
web5   8.00 s  7.50 s  450 ms      -
web6   7.00 s  6.50 s  450 ms      -
web7   6.00 s  5.50 s  450 ms      -
web8   5.00 s  4.50 s  450 ms      -
web9   4.00 s  3.50 s  450 ms      -
web10  3.00 s  2.50 s  450 ms      -
and 2 hosts, at most 2.00 s each`,
  );
  assert.is(timingsText(0.3, 0.3, []), 'Time: 300 ms in all, 300 ms of it before the first host');
});

test.run();
