import { setTimeout as sleep } from 'node:timers/promises';
import type { Reporter } from '../model/event.ts';
import type { Transport } from '../model/transport.ts';
import { clear, firingCode, type TimedUndo } from './timed-undo.ts';

/** A timed undo that was found, and where. */
export interface MetUndo {
  readonly host: string;
  readonly transport: Transport;
  readonly undo: TimedUndo;
  readonly report: Reporter;
}

/** Seconds that an undo which is at work may take. */
const longest = 30;

/**
 * Tells of a timed undo that an earlier run left. A run that `writes` (and so holds the lock: that run is over) takes it away, for
 * who gets in is not cut off, and goes on from what is there. Answers whether the host has changed since it was read.
 */
export async function meetUndo(
  { host, transport, undo, report }: MetUndo,
  writes: boolean,
): Promise<boolean> {
  report({ event: 'note', host, text: told(undo, writes) });
  if (!writes) return false;
  const deadline = performance.now() + longest * 1000;
  for (let waited = undo.state === 'armed' && undo.left < 2; ; waited = true) {
    const [result] = await transport.run([clear(performance.now() > deadline)], { keepGoing: true });
    if (result?.code !== firingCode) return waited || undo.state === 'firing';
    await sleep(500);
  }
}

function told({ state, left, changes, failed }: TimedUndo, writes: boolean): string {
  const what = changes.length === 0 ? 'nothing yet' : changes.join(', ');
  const kept = `this run keeps them and goes on`;
  switch (state) {
    case 'armed': {
      const when = left < 0 ? 'its watchdog is gone' : `the host takes them back in ${left} s`;
      return `an earlier run was broken off with changes that nobody confirmed (${what}): ${writes ? kept : when}`;
    }
    case 'firing':
      return `the host is taking back changes of an earlier run, which was cut off: ${what}`;
    case 'fired':
      return `an earlier run was cut off here, and the host took its changes back: ${what}${failed === 0 ? '' : `; ${failed} of them in vain`}`;
    case 'lapsed':
      return `an earlier run was broken off with changes that nobody confirmed (${what}), and the host was booted since: what was live only is gone`;
  }
}
