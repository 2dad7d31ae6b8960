import type { Event, Reporter } from '../model/event.ts';
import { foldNames } from '../model/names.ts';
import { counted } from './text.ts';

/** Runs of more hosts than this are told of together, host by host no more. */
const crowd = 20;

/** A reporter that may hold something back; `flush` tells it. */
export interface Log extends Reporter {
  flush(): void;
}

/** What is told of one host at once, and of the others that say the same when the stage is over. */
interface Alike {
  readonly event: Event;
  readonly hosts: string[];
}

/**
 * Keeps a run of many hosts readable: who fails is told at once, and the others that fail alike are counted; a change that
 * many hosts make is one line, when their stage is over; and now and then it is told how many hosts are done. A run of few
 * hosts, and one with -v, is told of as it goes.
 */
export function folding(tell: Reporter, say: (line: string) => void): Log {
  const alike = new Map<string, Alike>();
  const changes = new Map<string, Alike>();
  let many = false;
  let stage = { hosts: 0, done: 0 };

  const flush = () => {
    for (const { event, hosts } of alike.values()) {
      if (hosts.length === 0) continue;
      const what = event.event === 'host.failed' ? 'error: the same' : 'the same';
      say(`${what} on ${counted(hosts.length, 'more host')}: ${foldNames(hosts)}`);
    }
    for (const { event, hosts } of changes.values()) {
      const host = hosts.length > 1 ? `${hosts.length} hosts (${foldNames(hosts, 4)})` : hosts[0];
      tell({ ...event, host } as Event);
    }
    alike.clear();
    changes.clear();
  };

  const report: Reporter = event => {
    if (event.event === 'run.started') many = event.hosts > crowd;
    if (!many) return tell(event);
    switch (event.event) {
      case 'change.done':
      case 'change.failed':
        gather(changes, `${event.event} ${event.action} ${event.address}`, event).hosts.push(event.host);
        return;
      case 'host.failed': {
        const { what, why, next } = event.error;
        return once(shape(what, why, next), event, event.host);
      }
      case 'note':
        return event.host === undefined ? tell(event) : once(shape(event.text), event, event.host);
      case 'host.done':
        stage.done += 1;
        if (stage.done < stage.hosts && stage.done % Math.ceil(stage.hosts / 4) === 0)
          say(`  ${stage.done} of ${stage.hosts} hosts done`);
        return tell(event);
      case 'stage.started':
        flush();
        stage = { hosts: event.hosts.length, done: 0 };
        return tell(event);
      case 'plan.made':
      case 'verify.started':
      case 'problem':
      case 'timings':
      case 'run.finished':
        flush();
        return tell(event);
      default:
        return tell(event);
    }
  };
  return Object.assign(report, { flush });

  function once(key: string, event: Event, host: string): void {
    const known = alike.has(key);
    const same = gather(alike, key, event);
    if (known) same.hosts.push(host);
    else tell(event);
  }
}

function gather(all: Map<string, Alike>, key: string, event: Event): Alike {
  const same = all.get(key) ?? { event, hosts: [] };
  all.set(key, same);
  return same;
}

/** Words that are the same but for their numbers (addresses, ports, seconds) say the same. */
function shape(...words: readonly (string | undefined)[]): string {
  return JSON.stringify(words).replace(/\d+/g, '#');
}
