import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import type * as program from './perform.ts';

/** The name of the built program in lib/, which `npm run build` puts here. */
declare const programName: string;

const file = fileURLToPath(new URL(`./lib/${programName}`, import.meta.url));

/**
 * In what is built, this stands in the place of perform.ts: all of lvsform in one file of CommonJS, with the bytecode that
 * V8 makes of it in a file beside it, so that a command neither parses nor compiles what it runs. Node's modules cannot take that before
 * Node 22. Bytecode of another V8 is not taken (vm.Script, `cachedData`): then it all works as well, and begins later.
 */
function load(): typeof program {
  const script = new Script(readFileSync(file, 'latin1'), { filename: programName, cachedData: bytecode() });
  const module = { exports: {} };
  script.runInThisContext()(module, module.exports, createRequire(file), file, dirname(file));
  return module.exports as typeof program;
}

function bytecode(): Buffer | undefined {
  try {
    return readFileSync(`${file}.bytecode`);
  } catch {
    return undefined;
  }
}

export const { perform } = load();
