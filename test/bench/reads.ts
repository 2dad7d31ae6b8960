import { compile } from '../../src/config/compile.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import { loadPlaybook } from '../../src/config/playbook.ts';
import { look } from '../../src/engine/look.ts';
import { upwards } from '../../src/engine/schedule.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Command } from '../../src/model/command.ts';
import { roles } from '../../src/roles/index.ts';
import { batchText } from '../../src/transport/batch.ts';

/** The reading of one host as lvsform does it, as a script of sh that says at its end that it came there. */
export async function readsOf(inventory: string, playbook: string): Promise<string> {
  const { cluster } = await loadInventory(inventory);
  const program = compile(await loadPlaybook(playbook), cluster, { kinds, roles });
  const hosts = cluster.hosts.filter(host => host.roles.includes('client')).slice(0, 1);
  const [work] = upwards(program, hosts).works;
  if (work === undefined) throw new Error('the playbook wants nothing of any host');
  const batch = await firstBatch(work);
  return `e() { echo "$1 $2"; }\n${batchText(batch, { keepGoing: true })}\nb; echo 'all was read'`;
}

async function firstBatch(work: Parameters<typeof look>[1]): Promise<readonly Command[]> {
  let seen: readonly Command[] = [];
  const enough = new Error('the batch was seen');
  const recorder = {
    run: (batch: readonly Command[]) => {
      seen = batch;
      return Promise.reject(enough);
    },
    lock: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
  await look(recorder, work, { kinds, render: () => '' }).catch((error: unknown) => {
    if (error !== enough) throw error;
  });
  return seen;
}
