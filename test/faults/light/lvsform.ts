import { type ChildProcess, spawn } from 'node:child_process';
import { readArguments } from '../../../src/commands/arguments.ts';
import { openOutput } from '../../../src/commands/output.ts';
import { commands, everywhere } from '../../../src/commands/table.ts';
import { InputProblem } from '../../../src/config/diagnostic.ts';
import type { Event } from '../../../src/model/event.ts';
import { exit, Problem, view } from '../../../src/model/problem.ts';
import type { Secret } from '../../../src/model/secret.ts';
import { redacting, redactor } from '../../../src/report/redact.ts';
import { program } from '../../program.ts';

/** How a command ended, and all that it said. */
export interface Said {
  /** null: it was killed. */
  readonly code: number | null;
  readonly text: string;
  readonly events: readonly Event[];
}

/** Runs a command in this process, which saves the start of one: what main.ts does, with other streams. */
export async function inProcess(
  argv: readonly [string, ...string[]],
  signal: AbortSignal = new AbortController().signal,
): Promise<Said> {
  const [name, ...rest] = argv;
  const command = commands[name];
  if (command === undefined) throw new Error(`there is no command ${name}`);
  const { args, values } = readArguments(rest, { ...everywhere, ...command.options });
  const opened = openOutput({ json: true, verbose: false, color: 'never' });
  const events: Event[] = [];
  let text = '';
  let secrets: readonly Secret[] = [];
  const keep = (more: string) => {
    text += redactor(secrets)(more);
  };
  const hear = (event: Event) => {
    events.push(event);
    text += `${JSON.stringify(event)}\n`;
  };
  const output = {
    ...opened,
    print: keep,
    raw: keep,
    report: (event: Event) => redacting(hear, secrets)(event),
    conceal: (more: readonly Secret[]) => {
      secrets = [...secrets, ...more];
    },
    watching: <T>(work: () => Promise<T>) => work(),
  };
  try {
    const { run } = await command.load();
    return { code: await run({ args, values, output, signal }), text, events };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const found = error instanceof InputProblem ? error.diagnostics.map(one => ({ ...one })) : [];
    output.report({ event: 'problem', error: view(error), diagnostics: found });
    return { code: error.code, text, events };
  }
}

/** A command as a process of its own, which can be killed; its events are read from what it prints. */
export function asProcess(argv: readonly string[]): {
  readonly child: ChildProcess;
  readonly said: Promise<Said>;
} {
  const child = spawn(program[0], [program[1], ...argv, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (more: string) => {
    stdout += more;
  });
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    stderr += more;
  });
  const said = new Promise<Said>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve({ code, text: `${stdout}${stderr}`, events: eventsIn(stdout) }));
  });
  return { child, said };
}

/** A killed process may leave half a line. */
function eventsIn(stdout: string): readonly Event[] {
  return stdout
    .split('\n')
    .filter(line => line.startsWith('{') && line.endsWith('}'))
    .map(line => JSON.parse(line) as Event);
}

export const interrupted = exit.interrupted;
