import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { compile } from '../../src/config/compile.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import { loadPlaybook } from '../../src/config/playbook.ts';
import { renderer, templateDirs } from '../../src/config/render.ts';
import { changesOf, look } from '../../src/engine/look.ts';
import { upwards } from '../../src/engine/schedule.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Result } from '../../src/model/command.ts';
import type { Transport } from '../../src/model/transport.ts';
import { roles } from '../../src/roles/index.ts';
import { memoryHost } from '../../src/transport/memory/index.ts';

/**
 * A process that plans so many resources, a hundred a host, all of them to be made, and prints how long it took from
 * the loaded files and the hosts' answers to the changes: questions, their scripts, their answers read, templates
 * rendered, all compared.
 */
const perHost = { files: 50, sysctls: 30, commands: 20 };
const count = Number(process.argv[2]) / 100;
const folder = mkdtempSync(join(tmpdir(), 'lvsform-plan-'));
try {
  process.stdout.write(JSON.stringify(await timed(folder)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function timed(at: string): Promise<{ resources: number; seconds: number; memory: number }> {
  write(at);
  const path = join(at, 'plan.yml');
  const { cluster } = await loadInventory(join(at, 'inventory.yml'));
  const playbook = await loadPlaybook(path);
  const comparing = { kinds, render: renderer(templateDirs(path)) };
  const hosts = cluster.hosts.filter(host => host.roles.includes('client'));
  const recorded = new Map<string, readonly Result[][]>();
  const first = upwards(compile(playbook, cluster, { kinds, roles }), hosts);
  for (const work of first.works) {
    const batches: Result[][] = [];
    await look(recording(batches), work, comparing);
    recorded.set(work.host.name, batches);
  }

  const begin = performance.now();
  const { works } = upwards(compile(playbook, cluster, { kinds, roles }), hosts);
  let changes = 0;
  for (const work of works) {
    const { stages } = await look(replay(recorded.get(work.host.name) ?? []), work, comparing);
    changes += stages.reduce((sum, { compared }) => sum + changesOf(compared).length, 0);
  }
  const seconds = (performance.now() - begin) / 1000;
  if (changes !== count * 100) throw new Error(`planned ${changes} changes, not ${count * 100}`);
  return { resources: changes, seconds, memory: process.resourceUsage().maxRSS * 1024 };
}

function recording(batches: Result[][]): Transport {
  const host = memoryHost();
  return {
    ...host,
    async run(batch, options) {
      const results = await host.run(batch, options);
      batches.push([...results]);
      return results;
    },
  };
}

function replay(batches: readonly Result[][]): Transport {
  let at = 0;
  return {
    run: () => Promise.resolve(batches[at++] ?? []),
    lock: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

function write(at: string): void {
  const each = <T>(length: number, make: (index: number) => T) =>
    Array.from({ length }, (_, index) => make(index));
  const inventory = {
    version: 1,
    name: 'plan',
    hosts: Object.fromEntries([
      ['director', { roles: ['director'], interfaces: { eth0: '10.77.254.1/16' } }],
      ...each(count, n => [
        `h${n}`,
        { roles: ['client'], interfaces: { eth0: `10.77.${Math.floor(n / 250)}.${(n % 250) + 1}/16` } },
      ]),
    ]),
  };
  const resources = [
    ...each(perHost.files, n => ({
      file: { path: `/etc/bench/${n}`, template: 'plan', data: { n: `${n}` } },
    })),
    ...each(perHost.sysctls, n => ({ sysctl: { key: `net.ipv4.bench.key_${n}`, value: `${n}` } })),
    ...each(perHost.commands, n => ({
      command: { name: `run-${n}`, run: ['start', `${n}`], unless: ['test', '-e', `/run/bench/${n}`] },
    })),
  ];
  const playbook = { version: 1, name: 'plan', stages: [{ name: 'all', hosts: ['client'], resources }] };
  mkdirSync(join(at, 'templates'));
  writeFileSync(join(at, 'inventory.yml'), stringify(inventory));
  writeFileSync(join(at, 'plan.yml'), stringify(playbook));
  writeFileSync(
    join(at, 'templates/plan.hbs'),
    '# {{n}}\nname = {{host.name}}\naddress = {{host.address}}\n',
  );
}
