import type { Reporter } from '../model/event.ts';
import { concealed, type Secret } from '../model/secret.ts';
import { jsonLines } from '../report/json-lines.ts';
import { type ColorChoice, type Paint, paint } from '../report/paint.ts';
import { redacted, redacting, redactor } from '../report/redact.ts';
import { live, plain } from '../report/terminal.ts';

/** Where a command's words go: results to stdout, progress to stderr; with --json events to stdout, all text to stderr. */
export interface Output {
  readonly paint: Paint;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly report: Reporter;
  /** A result for people. */
  print(text: string): void;
  /** A result for programs, on stdout: with --json only events belong there, so it is not for that mode. */
  raw(text: string): void;
  /** Data without the values that are concealed, for files. */
  hidden<Value>(data: Value): Value;
  /** From here on these values are hidden wherever they turn up. */
  conceal(secrets: readonly Secret[]): void;
  /** Shows progress in place while `work` runs, where there is a terminal. */
  watching<T>(work: () => Promise<T>): Promise<T>;
}

/** What the user said of the output. */
export interface OutputSettings {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly color: ColorChoice;
}

/** Opens the output of one command on the streams of this process. */
export function openOutput({ json, verbose, color }: OutputSettings): Output {
  const people = json ? process.stderr : process.stdout;
  const colors = paint(color, people, process.env);
  const progress = paint(color, process.stderr, process.env);
  let redact = (text: string) => text;
  let secrets: readonly Secret[] = [];
  const lines = plain(text => process.stderr.write(text), progress, verbose);
  let text: Reporter = lines;
  const events = json ? jsonLines(line => process.stdout.write(line)) : undefined;

  let hosts = 0;
  const report: Reporter = event => {
    if (event.event === 'run.started') hosts = event.hosts;
    const clean = redacting(safe => {
      text(safe);
      events?.(safe);
    }, secrets);
    clean(event);
  };

  return {
    paint: colors,
    json,
    verbose,
    report,
    print: words => {
      people.write(redact(words));
    },
    raw: words => {
      process.stdout.write(redact(words));
    },
    hidden: data => redacted(data, secrets),
    conceal(more) {
      secrets = [...secrets, ...more].filter(secret => secret.reveal() !== concealed);
      redact = redactor(secrets);
    },
    async watching(work) {
      const { TERM, NO_COLOR } = process.env;
      if (!process.stderr.isTTY || TERM === 'dumb' || NO_COLOR || verbose) {
        return work().finally(lines.flush);
      }
      const screen = live(process.stderr, progress, lines, hosts);
      text = screen.report;
      try {
        return await work();
      } finally {
        screen.stop();
        text = lines;
      }
    },
  };
}
