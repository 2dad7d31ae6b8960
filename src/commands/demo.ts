import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type ExitCode, exit, Problem } from '../model/problem.ts';
import type { Input } from './command.ts';
import { productRoot } from './places.ts';

/**
 * The whole story on the embedded lab, told by the commands that a user would type: each is printed, run as a process of
 * its own, and must end with the exit code that belongs there.
 */
export async function run(input: Input): Promise<ExitCode> {
  const { values, output, signal } = input;
  const mode = values.flag('static') ? 'static' : values.flag('vrrp') ? 'vrrp' : 'keepalived';
  const file = mode === 'keepalived' ? 'dr.yml' : `dr-${mode}.yml`;
  const inventory = join(productRoot, 'inventories', file);
  const web = join(productRoot, 'playbooks', 'web.yml');
  const title = (text: string) => output.print(`\n${output.paint.title(`# ${text}`)}\n`);
  const step = async (text: string, args: readonly string[]) => {
    signal.throwIfAborted();
    title(text);
    output.print(`$ lvsform ${args.join(' ')}\n`);
    const code = await lvsform(output.json ? [...args, '--json'] : args);
    if (code !== exit.ok) {
      throw new Problem(`the demo stopped: lvsform ${args[0]} ended with exit code ${code}`, {
        code: code as ExitCode,
        next: values.flag('keep')
          ? `the lab is still up: lvsform lab status -i ${inventory}`
          : 'run the demo with --keep to look at the lab',
      });
    }
  };
  const on = ['-i', inventory];

  const story = async () => {
    await step('Boot the hosts of the inventory as real machines, with nothing on them but sshd', [
      'lab',
      'up',
      ...on,
    ]);
    await step('Give the real servers something to serve', ['run', web, '--yes', ...on]);
    await step('Stand the cluster up, and ask it from both clients', ['up', '--yes', ...on]);
    await step('Again: nothing to do', ['plan', '--detailed-exitcode', ...on]);
    if (mode !== 'static') await step('Fail over and back, under load', ['verify', '--failover', ...on]);
    if (!values.flag('keep')) {
      await step('Take the cluster down: every host is as it was before', ['down', '--yes', ...on]);
    }
  };
  const end = () => step('Take the lab down', ['lab', 'down', ...on]);

  if (values.flag('keep')) {
    await story();
    title('The lab stays up');
    output.print(
      `lvsform lab ssh lvs01 -i ${inventory}    a shell on the director\nlvsform down --yes -i ${inventory}       take the cluster down\nlvsform lab down -i ${inventory}         take the lab down\n`,
    );
    return exit.ok;
  }
  try {
    await story();
  } catch (error) {
    await lvsform(['lab', 'down', ...on]);
    throw error;
  }
  await end();
  return exit.ok;
}

function lvsform(args: readonly string[]): Promise<number> {
  const [node, main] = [process.execPath, process.argv[1] ?? ''];
  const child = spawn(node, [...process.execArgv, main, ...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? exit.interrupted : exit.failed)));
  });
}
