import { compile } from '../config/compile.ts';
import { renderDiagnostics } from '../config/diagnostic.ts';
import { loadInventory } from '../config/inventory.ts';
import { loadPlaybook } from '../config/playbook.ts';
import { kinds } from '../kinds/index.ts';
import { type ExitCode, exit } from '../model/problem.ts';
import { counted } from '../report/text.ts';
import { roles } from '../roles/index.ts';
import type { Input } from './command.ts';
import { inventoryPath, sitePlaybook } from './places.ts';

/** Says everything that is wrong with an inventory and a playbook; reaches no host and resolves no secret. */
export async function run(input: Input): Promise<ExitCode> {
  const { output, values } = input;
  const path = inventoryPath(input);
  const { cluster, warnings } = await loadInventory(path, { secrets: 'check' });
  if (warnings.length > 0) output.report({ event: 'note', text: renderDiagnostics(warnings) });
  const playbook = values.text('playbook') ?? sitePlaybook;
  const program = compile(await loadPlaybook(playbook), cluster, { kinds, roles });
  output.print(
    `${path}: ok: ${counted(cluster.hosts.length, 'host')}, ${counted(cluster.vips.length, 'VIP')}, ${counted(cluster.services.length, 'service')}; playbook ${program.playbook}: ${counted(program.stages.length, 'stage')}\n`,
  );
  return exit.ok;
}
