import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { renderDiagnostics } from '../config/diagnostic.ts';
import { checkInventory } from '../config/inventory.ts';
import { exit, Problem } from '../model/problem.ts';
import { productRoot } from './places.ts';

/** Validates the text of a new inventory before it is written; answers what is doubtful about it. */
export function checked(file: string, text: string): string {
  return renderDiagnostics(checkInventory(file, text).warnings);
}

/** Writes a file that must not be there yet: an inventory is the work of hours. `-` is stdout. */
export async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new Problem(`${file} is there already, and stays as it is`, {
        code: exit.usage,
        next: 'give --out another name',
      });
    throw new Problem(`could not write ${file}`, { why: message });
  }
}

/** The way from a new inventory to the schema, where that is in the same tree; elsewhere it would fit one machine only. */
export function editorSchema(file: string): string | undefined {
  const way = relative(dirname(resolve(file)), join(productRoot, 'docs', 'schema', 'inventory.schema.json'));
  return way.startsWith('../../') || resolve(way) === way ? undefined : way;
}
