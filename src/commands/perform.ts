import { setMaxListeners } from 'node:events';
import { InputProblem } from '../config/diagnostic.ts';
import { closest } from '../model/closest.ts';
import { type ExitCode, exit, Problem, view } from '../model/problem.ts';
import { readArguments, usage } from './arguments.ts';
import { openOutput } from './output.ts';
import { RanElsewhere } from './ran-elsewhere.ts';
import { commands, everywhere } from './table.ts';

/** Performs a command and answers its exit code. Problems are told; anything else is a bug and keeps its stack. */
export async function perform(name: string, rest: readonly string[]): Promise<ExitCode> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  let output = openOutput({ json: rest.includes('--json'), verbose: false, color: 'auto' });
  const started = performance.now();
  try {
    if (command === undefined) {
      const near = closest(name, Object.keys(commands));
      throw usage(`there is no command ${name}`, near && `did you mean ${near}?`);
    }
    const { args, values } = readArguments(rest, { ...everywhere, ...command.options });
    const stray = args[command.most ?? 0];
    const color = values.text('color') ?? 'auto';
    if (color !== 'auto' && color !== 'always' && color !== 'never')
      throw usage('--color takes auto, always or never');
    output = openOutput({ json: values.flag('json'), verbose: values.flag('verbose'), color });
    if (stray !== undefined) throw usage(`${name} does not take "${stray}"`, 'hosts are named by --host');
    const { run } = await command.load();
    const signal = interrupts();
    const code = await run({ args, values, output, signal });
    if (signal.aborted) throw signal.reason;
    output.report({ event: 'run.finished', ok: code === exit.ok, code, seconds: seconds(started) });
    return code;
  } catch (error) {
    if (error instanceof RanElsewhere) return error.code as ExitCode;
    if (!(error instanceof Problem)) throw error;
    const diagnostics =
      error instanceof InputProblem ? { diagnostics: error.diagnostics.map(one => ({ ...one })) } : {};
    output.report({ event: 'problem', error: view(error), ...diagnostics });
    output.report({ event: 'run.finished', ok: false, code: error.code, seconds: seconds(started) });
    return error.code;
  }
}

/** Two signals this close, in milliseconds, are one: a terminal's reaches a process directly and by way of its parent. */
const echo = 300;

/** The first SIGINT or SIGTERM asks for an orderly end; the second one ends at once. */
function interrupts(): AbortSignal {
  const controller = new AbortController();
  // Every host of a run listens.
  setMaxListeners(0, controller.signal);
  let first = 0;
  const onSignal = () => {
    if (controller.signal.aborted) {
      if (performance.now() - first > echo) process.exit(exit.interrupted);
      return;
    }
    first = performance.now();
    controller.abort(
      new Problem('interrupted', {
        code: exit.interrupted,
        why: 'the step under way was finished, and nothing after it was begun',
        next: 'run the same command again: it goes on from here',
      }),
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

function seconds(since: number): number {
  return Math.round(performance.now() - since) / 1000;
}
