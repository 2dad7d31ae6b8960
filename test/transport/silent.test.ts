// timeout: 150 s
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exit, Problem } from '../../src/model/problem.ts';
import { connector } from '../../src/transport/index.ts';
import { cannotRunSshd, family, type Sshd, startSshd, unless } from './sshd.ts';

/** Hosts and clients that fall silent without a word: how soon the one finds out about the other. */
const silent = suite('silence');
const real = unless(cannotRunSshd(), silent);
let sshd: Sshd;
const connections = connector({ home: '/nonexistent', agent: '' });

silent.before(async () => {
  if (cannotRunSshd() === undefined) sshd = await startSshd();
});
silent.after(async () => {
  await connections.close();
  await sshd?.stop();
});

const problem = async (work: Promise<unknown>): Promise<{ error: Problem; seconds: number }> => {
  const since = performance.now();
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Problem)) throw error;
  return { error, seconds: (performance.now() - since) / 1000 };
};

real(
  'a host that freezes under a step is an error within 20 s, and its lock is free 45 s later',
  async () => {
    const host = await connections.connect(sshd.settings());
    assert.is(await host.lock('the silent one'), undefined);
    const frozen = sshd.sessions().flatMap(family).filter(isSshd);
    assert.ok(frozen.length > 0);
    const run = problem(
      host.run([{ argv: ['sleep', '2'] }, { argv: ['sleep', '50'] }, { argv: ['touch', '/root/too-late'] }]),
    );
    await sleep(500);
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    try {
      const { error, seconds } = await run;
      assert.is(error.code, exit.unreachable);
      assert.ok(seconds < 20, `${seconds} s`);
      process.stderr.write(`frozen host: ${seconds.toFixed(1)} s\n`);
      await host.close();

      // No FIN reaches the frozen sshd: as when the network between them is gone.
      const next = await connections.connect(sshd.settings());
      const since = performance.now();
      assert.is(await next.lock('the next'), 'the silent one', 'its step is still under way');
      while ((await next.lock('the next')) !== undefined) await sleep(500);
      const held = (performance.now() - since) / 1000;
      assert.ok(held < 60, `${held} s`);
      process.stderr.write(`lock of a silent client: free after ${held.toFixed(1)} s\n`);
      assert.not.ok(
        existsSync(join(sshd.folder, 'root/too-late')),
        'nothing begins after the step under way',
      );
      await next.close();
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }
  },
);

real(
  'a client that is there keeps its lock, however long a step takes and it has nothing to say',
  async () => {
    const host = await connections.connect(sshd.settings());
    const other = await connections.connect(sshd.settings());
    assert.is(await host.lock('the quiet one'), undefined);
    await host.run([{ argv: ['sleep', '42'] }]);
    assert.is(await other.lock('another'), 'the quiet one');
    await host.run([{ argv: ['true'] }]);
    await host.close();
    await other.close();
  },
);

real('a host that takes the connection and then says nothing is an error within its time limit', async () => {
  process.kill(sshd.pid, 'SIGSTOP');
  try {
    const { error, seconds } = await problem(connections.connect(sshd.settings({ timeout: 3 })));
    assert.is(error.code, exit.unreachable);
    assert.ok(seconds < 5, `${seconds} s`);
    assert.match(error.why ?? '', 'no answer within 3 s');
  } finally {
    process.kill(sshd.pid, 'SIGCONT');
  }
});

function isSshd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('sshd');
  } catch {
    return false;
  }
}

silent.run();
