import { failed, ok, type Program, type Programs } from '../program.ts';
import { bytesOf, put } from './files.ts';

const readLedger: Program = ({ state, args: [path = ''] }) => {
  const bytes = bytesOf(state, path);
  return bytes === undefined
    ? ok('absent')
    : { code: 0, stdout: `present\n${bytes.toString('utf8')}`, stderr: '' };
};

const writeLedger: Program = ({ state, args: [path = '', directory = ''], stdin }) => {
  if (path === '') return failed('write-ledger: no path');
  state.files[directory] ??= { type: 'directory', owner: 'root', group: 'root', mode: '0700' };
  put(state, path, Buffer.from(stdin), { owner: 'root', group: 'root', mode: '0600' });
  return ok();
};

const dropLedger: Program = ({ state, args: [path = '', directory = ''] }) => {
  for (const name of Object.keys(state.files)) {
    if (name === path || name === directory || name.startsWith(`${directory}/loaded`))
      delete state.files[name];
  }
  return ok();
};

/** The engine's own scripts: where a host remembers what was there before. */
export const ledgerPrograms: Programs = {
  'read-ledger': readLedger,
  'write-ledger': writeLedger,
  'drop-ledger': dropLedger,
};
