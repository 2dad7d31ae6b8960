import { readArguments } from '../../src/commands/arguments.ts';
import { openOutput } from '../../src/commands/output.ts';
import { commands, everywhere } from '../../src/commands/table.ts';
import { exit, Problem, view } from '../../src/model/problem.ts';

/*
 * `lvsform run PLAYBOOK --yes` for one playbook after the other, in one process inside of the lab's network: starting
 * a process for each would take longer than the runs. Prints the code of each, and what it said, as a line of JSON.
 */
const [inventory = '', ...playbooks] = process.argv.slice(2);
const command = commands['run'];
if (command === undefined) throw new Error('there is no command run');
const { run } = await command.load();

for (const playbook of playbooks) {
  const { args, values } = readArguments([playbook, '--yes', '--host', 'lvs01', '-i', inventory], {
    ...everywhere,
    ...command.options,
  });
  const said: string[] = [];
  const output = openOutput({ json: true, verbose: false, color: 'never' });
  const heard = {
    ...output,
    print: (text: string) => void said.push(text),
    report: (event: Parameters<typeof output.report>[0]) => void said.push(JSON.stringify(event)),
  };
  let code: number;
  try {
    code = await run({ args, values, output: heard, signal: new AbortController().signal });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    said.push(JSON.stringify(view(error)));
    code = error.code;
  }
  process.stdout.write(`${JSON.stringify({ code, text: said.join('\n') })}\n`);
}
process.exitCode = exit.ok;
