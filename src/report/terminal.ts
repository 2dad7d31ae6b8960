import type { Event, Reporter } from '../model/event.ts';
import { folding, type Log } from './crowd.ts';
import { lineOf } from './lines.ts';
import type { Paint } from './paint.ts';
import { duration, printable } from './text.ts';

/** Plain lines, one an event, for logs and pipes: nothing is ever overwritten. Without -v many hosts are told of together. */
export function plain(write: (text: string) => void, paint: Paint, verbose: boolean): Log {
  const tell: Reporter = event => {
    const line = lineOf(event, paint);
    if (line && (verbose || !line.quiet)) write(`${line.text}\n`);
  };
  if (verbose) return Object.assign(tell, { flush: () => undefined });
  return folding(tell, line => write(`${paint.faint(line)}\n`));
}

const csi = '\u001b[';
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A terminal as far as `live` needs it: node's tty.WriteStream fits. */
export interface Screen {
  write(text: string): unknown;
  readonly rows?: number;
  readonly columns?: number;
}

/** A host at work: on what, and since when. */
interface Busy {
  readonly text: string;
  readonly since: number;
}

/**
 * The same lines, with a region below them that shows what each busy host does now and since when. Where the screen is too
 * low for them, hosts that do the same share a line, below one that tells how far all of them are. `stop` clears the region
 * and the timer. `log` writes the lines to the same screen; `hosts` is how many the run has. `log` writes the lines, to the same screen; `hosts` is how many the run has.
 */
export function live(screen: Screen, paint: Paint, log: Log, hosts = 0): { report: Reporter; stop(): void } {
  const busy = new Map<string, Busy>();
  const tally = { all: hosts, done: 0, failed: 0 };
  let drawn = 0;
  let frame = 0;
  const erase = () => {
    if (drawn > 0) screen.write(`${csi}${drawn}A${csi}0J`);
    drawn = 0;
  };
  const draw = () => {
    const room = Math.max(1, Math.min(16, (screen.rows ?? 24) - 4));
    const width = (screen.columns ?? 80) - 1;
    const mark = frames[frame % frames.length];
    const fits = busy.size <= room;
    const lines = (fits ? [...busy].map(([host, one]) => ({ who: host, ...one })) : together(busy)).map(
      ({ who, text, since }) => {
        const seconds = (performance.now() - since) / 1000;
        return `${mark} ${who}: ${text}${seconds >= 1 ? ` ${duration(seconds)}` : ''}`;
      },
    );
    const shown = [...(fits ? [] : [progress(tally)]), ...lines.slice(0, room)].map(line =>
      line.slice(0, width),
    );
    if (lines.length > room) shown.push(`  and ${lines.length - room} more`);
    for (const line of shown) screen.write(`${paint.faint(line)}\n`);
    drawn = shown.length;
  };
  const timer = setInterval(() => {
    frame += 1;
    erase();
    draw();
  }, 120);
  timer.unref();

  return {
    report(event) {
      note(busy, event);
      count(tally, event);
      erase();
      log(event);
      draw();
    },
    stop() {
      clearInterval(timer);
      erase();
      log.flush();
    },
  };
}

/** Those that do the same, the most of them first; since the first of them began. */
function together(busy: ReadonlyMap<string, Busy>): readonly (Busy & { readonly who: string })[] {
  const groups = new Map<string, { hosts: string[]; since: number }>();
  for (const [host, { text, since }] of busy) {
    const group = groups.get(text) ?? { hosts: [], since };
    groups.set(text, group);
    group.hosts.push(host);
    group.since = Math.min(group.since, since);
  }
  return [...groups]
    .sort(([, a], [, b]) => b.hosts.length - a.hosts.length)
    .map(([text, { hosts, since }]) => ({
      who: hosts.length > 1 ? `${hosts.length} hosts` : (hosts[0] ?? ''),
      text,
      since,
    }));
}

interface Tally {
  all: number;
  done: number;
  failed: number;
}

/** Failures come first. */
function progress({ all, done, failed }: Tally): string {
  return `  ${failed > 0 ? `${failed} failed, ` : ''}${done} of ${all} hosts done`;
}

/** How far the hosts of a run, and after its plan those of a stage, are. */
function count(tally: Tally, event: Event): void {
  switch (event.event) {
    case 'run.started':
      Object.assign(tally, { all: event.hosts, done: 0, failed: 0 });
      break;
    case 'stage.started':
      Object.assign(tally, { all: event.hosts.length, done: 0 });
      break;
    case 'host.planned':
    case 'host.done':
      tally.done += 1;
      break;
    case 'host.failed':
      tally.failed += 1;
      break;
    default:
  }
}

function note(busy: Map<string, Busy>, event: Event): void {
  const host = 'host' in event ? event.host : undefined;
  const set = (text: string) =>
    host !== undefined && busy.set(host, { text: printable(text), since: performance.now() });
  switch (event.event) {
    case 'host.connecting':
      set('connecting');
      break;
    case 'host.reading':
      set('reading');
      break;
    case 'change.started':
      set(event.address);
      break;
    case 'host.checking':
      set('reading again');
      break;
    case 'verify.started':
      busy.set(event.client, { text: printable(`asking ${event.service}`), since: performance.now() });
      break;
    case 'verify.done':
    case 'stage.started':
    case 'plan.made':
      busy.clear();
      break;
    case 'host.planned':
    case 'host.failed':
    case 'host.done':
    case 'change.failed':
      if (host !== undefined) busy.delete(host);
      break;
    default:
  }
}
