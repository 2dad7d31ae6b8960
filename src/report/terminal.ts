import type { Event, Reporter } from '../model/event.ts';
import { lineOf } from './lines.ts';
import type { Paint } from './paint.ts';
import { duration, printable } from './text.ts';

/** Plain lines, one an event, for logs and pipes: nothing is ever overwritten. */
export function plain(write: (text: string) => void, paint: Paint, verbose: boolean): Reporter {
  return event => {
    const line = lineOf(event, paint);
    if (line && (verbose || !line.quiet)) write(`${line.text}\n`);
  };
}

const csi = '\u001b[';
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A terminal as far as `live` needs it: node's tty.WriteStream fits. */
export interface Screen {
  write(text: string): unknown;
  readonly rows?: number;
  readonly columns?: number;
}

/**
 * The same lines, with a region below them that shows what each busy host does now and since when. Hosts
 * beyond the height of the screen are counted. `stop` clears the region and the timer.
 */
export function live(screen: Screen, paint: Paint, verbose: boolean): { report: Reporter; stop(): void } {
  const busy = new Map<string, { text: string; since: number }>();
  const log = plain(text => screen.write(text), paint, verbose);
  let drawn = 0;
  let frame = 0;
  const erase = () => {
    if (drawn > 0) screen.write(`${csi}${drawn}A${csi}0J`);
    drawn = 0;
  };
  const draw = () => {
    const room = Math.max(1, Math.min(16, (screen.rows ?? 24) - 4));
    const width = (screen.columns ?? 80) - 1;
    const shown = [...busy].slice(0, room).map(([host, { text, since }]) => {
      const seconds = (performance.now() - since) / 1000;
      return `${frames[frame % frames.length]} ${host}: ${text}${seconds >= 1 ? ` ${duration(seconds)}` : ''}`.slice(
        0,
        width,
      );
    });
    if (busy.size > room) shown.push(`  and ${busy.size - room} more`);
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
      erase();
      log(event);
      draw();
    },
    stop() {
      clearInterval(timer);
      erase();
    },
  };
}

function note(busy: Map<string, { text: string; since: number }>, event: Event): void {
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
