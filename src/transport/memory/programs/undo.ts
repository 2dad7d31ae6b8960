import type { Argv, Result } from '../../../model/command.ts';
import { failed, ok, type Program, type Programs } from '../program.ts';
import type { HostState } from '../state.ts';

const armUndo: Program = ({ state, args: [, limit = '', , ...changes], stdin }) => {
  if (state.undo !== undefined && state.undo.phase !== 'fired')
    return failed('a timed undo of another run is at work on this host');
  state.undo = { phase: 'armed', limit: Number(limit), steps: stdin, changes, begun: [], failed: 0 };
  return ok();
};

const markUndo: Program = ({ state: { undo }, args: [, index = ''] }) => {
  if (undo === undefined || undo.phase !== 'armed') return failed('they were not confirmed in time');
  if (index !== 'end') undo.begun.push(Number(index));
  return ok();
};

const confirmUndo: Program = ({ state }) => {
  if (state.undo?.phase === 'firing' || state.undo?.phase === 'fired') return failed('', 3);
  delete state.undo;
  return ok();
};

const clearUndo: Program = ({ state, args: [, how = ''] }) => {
  if (state.undo?.phase === 'firing' && how !== 'force') return failed('', 4);
  delete state.undo;
  return ok();
};

/** The lines of a timed undo, before those of the ledger. */
export function undoLines({ undo }: HostState): readonly string[] {
  if (undo === undefined) return [];
  const { phase, limit, begun, changes } = undo;
  return [`undo ${phase} ${limit} ${undo.failed}`, ...begun.map(index => `change ${changes[index] ?? ''}`)];
}

/** What the watchdog does when its time is over. */
export function fire(state: HostState, run: (argv: Argv, stdin?: string) => Result): void {
  const { undo } = state;
  if (undo?.phase !== 'armed') return;
  const functions = stepsIn(undo.steps);
  for (const index of [...undo.begun].reverse()) {
    const codes = (functions.get(index) ?? []).map(({ argv, stdin }) => run(argv, stdin).code);
    if (codes.some(code => code !== 0)) undo.failed += 1;
  }
  undo.phase = 'fired';
}

const word = String.raw`(?:[\w./,:@+-]|'[^']*'|\\[\s\S])+`;
const step = String.raw`(?:printf %s (${word}) \| )?\(exec ((?:${word} ?)+?)(?: ?</dev/null)?\) \|\| failed=1\n`;

/** Reads the functions as engine/timed-undo.ts writes them. */
function stepsIn(text: string): ReadonlyMap<number, readonly { argv: Argv; stdin: string }[]> {
  const functions = [...text.matchAll(/^u(\d+)\(\) \{ failed=\n/gm)];
  return new Map(
    functions.map(({ 1: index, index: begin, 0: head }, at) => {
      const body = text.slice(begin + head.length, functions[at + 1]?.index);
      const steps = [...body.matchAll(new RegExp(step, 'g'))].map(([, stdin = '', words = '']) => ({
        argv: [...words.matchAll(new RegExp(word, 'g'))].map(([one]) => unquoted(one)) as unknown as Argv,
        stdin: unquoted(stdin),
      }));
      return [Number(index), steps];
    }),
  );
}

function unquoted(text: string): string {
  return text.replace(/'([^']*)'|\\([\s\S])/g, (_, plain = '', escaped = '') => `${plain}${escaped}`);
}

export const undoPrograms: Programs = {
  'lvsform-arm-undo': armUndo,
  'lvsform-mark-undo': markUndo,
  'lvsform-confirm-undo': confirmUndo,
  'lvsform-clear-undo': clearUndo,
};
