import { inventoryText } from '../author/sketch.ts';
import { type ExitCode, exit } from '../model/problem.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';
import { importAnsible } from './import-ansible.ts';
import { importLive } from './import-live.ts';
import { checked, editorSchema, writeNew } from './new-inventory.ts';

/** Writes an inventory of what is there already: an Ansible inventory, or a cluster made by hand. */
export async function run(input: Input): Promise<ExitCode> {
  const { args, values, output } = input;
  const [source, ...rest] = args;
  const out = values.text('out') ?? 'inventory.yml';
  const sketch = await sketchOf(input, source, rest);
  const text = inventoryText(sketch, editorSchema(out));
  await writeNew(out, text);
  output.print(`wrote ${out}\n`);
  // What was there may be wrong: the file to mend is written all the same.
  const warnings = checked(out, text);
  if (warnings !== '') output.report({ event: 'note', text: warnings });
  output.print(`look through it, then run lvsform plan -i ${out}\n`);
  return exit.ok;
}

function sketchOf(input: Input, source: string | undefined, rest: readonly string[]) {
  if (source === 'ansible') {
    const [file] = rest;
    if (file === undefined)
      throw usage('import ansible needs an inventory: lvsform import ansible hosts.ini');
    return importAnsible(input, file);
  }
  if (source === 'live') {
    if (rest.length > 0)
      throw usage(`import live does not take "${rest[0]}"`, 'directors are named by --host');
    return importLive(input);
  }
  throw usage(
    source === undefined ? 'import needs to know from what' : `import does not know "${source}"`,
    'there are import ansible FILE and import live --host DIRECTOR',
  );
}
