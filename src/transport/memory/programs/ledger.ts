import { failed, ok, type Program, type Programs } from '../program.ts';
import { bytesOf, put } from './files.ts';
import { undoLines } from './undo.ts';

const readLedger: Program = ({ state, args: [path = ''] }) => {
  const bytes = bytesOf(state, path);
  if (bytes === undefined) return ok(...undoLines(state), 'absent');
  const lines = ok(...undoLines(state), 'present');
  return { ...lines, stdout: `${lines.stdout}${bytes.toString('utf8')}` };
};

const writeLedger: Program = ({ state, args: [path = '', directory = ''], stdin }) => {
  if (path === '') return failed('write-ledger: no path');
  state.files[directory] ??= { type: 'directory', owner: 'root', group: 'root', mode: '0700' };
  put(state, path, Buffer.from(stdin), { owner: 'root', group: 'root', mode: '0600' });
  return ok();
};

const dropLedger: Program = ({ state, args: [path = '', directory = ''] }) => {
  for (const name of Object.keys(state.files)) {
    const below = ['loaded', 'edited'].some(one => name.startsWith(`${directory}/${one}`));
    if (name === path || name === directory || below) delete state.files[name];
  }
  return ok();
};

/** The engine's own scripts: where a host remembers what was there before. */
export const ledgerPrograms: Programs = {
  'read-ledger': readLedger,
  'write-ledger': writeLedger,
  'drop-ledger': dropLedger,
};
