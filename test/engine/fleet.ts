import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../src/config/compile.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import { loadPlaybook } from '../../src/config/playbook.ts';
import { renderer, templateDirs } from '../../src/config/render.ts';
import { Run, type RunOptions } from '../../src/engine/run.ts';
import { downwards, upwards } from '../../src/engine/schedule.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Event } from '../../src/model/event.ts';
import type { Json } from '../../src/model/json.ts';
import { exit, Problem } from '../../src/model/problem.ts';
import { roles } from '../../src/roles/index.ts';
import { type MemoryHost, memoryHost } from '../../src/transport/memory/index.ts';

const root = new URL('../..', import.meta.url).pathname;

export const site = join(root, 'playbooks', 'site.yml');
export const web = join(root, 'playbooks', 'web.yml');

/** A whole cluster of memory hosts, worked on by the real engine, roles and kinds. */
export class Fleet {
  readonly hosts: ReadonlyMap<string, MemoryHost>;
  readonly events: Event[] = [];
  readonly dead = new Set<string>();
  readonly logins = new Map<string, number>();
  readonly #hooks: { when: (event: Event) => boolean; then: () => unknown }[] = [];

  constructor(names: readonly string[]) {
    this.hosts = new Map(names.map(name => [name, memoryHost()]));
  }

  host(name: string): MemoryHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  dump(): Json {
    return Object.fromEntries([...this.hosts].map(([name, host]) => [name, host.dump()]));
  }

  /** Has something happen at each event of a kind. */
  on(when: (event: Event) => boolean, then: () => unknown): void {
    this.#hooks.push({ when, then });
  }

  /** Opens a run as `lvsform up` does; `only` narrows it as --host does. */
  async open(
    inventory: string,
    playbook: string,
    { only, options }: { only?: readonly string[]; options?: Partial<RunOptions> } = {},
  ): Promise<Run> {
    const { cluster } = await loadInventory(inventory);
    const program = compile(await loadPlaybook(playbook), cluster, { kinds, roles });
    const hosts = cluster.hosts.filter(({ name }) => only === undefined || only.includes(name));
    return Run.open(
      { playbook: program.playbook, inventory },
      upwards(program, hosts),
      this.#options(playbook, options),
    );
  }

  /** Opens a run as `lvsform down` does. */
  async openDown(inventory: string, options?: Partial<RunOptions>): Promise<Run> {
    const { cluster } = await loadInventory(inventory);
    const program = compile(await loadPlaybook(site), cluster, { kinds, roles });
    return Run.open(
      { playbook: 'site', inventory },
      downwards(program, cluster.hosts, 'all'),
      this.#options(site, options),
    );
  }

  /** Opens, applies, closes; answers how many changes were made. */
  async up(inventory: string, playbook = site, only?: readonly string[]): Promise<number> {
    return apply(
      await this.open(inventory, playbook, {
        ...(only === undefined ? {} : { only }),
        options: { holder: 'a test' },
      }),
    );
  }

  /** The same of `lvsform down`. */
  async down(inventory: string): Promise<number> {
    return apply(await this.openDown(inventory, { holder: 'a test' }));
  }

  #options(playbook: string, more: Partial<RunOptions> = {}): RunOptions {
    return {
      kinds,
      render: renderer(templateDirs(playbook)),
      report: event => {
        this.events.push(event);
        for (const hook of this.#hooks) if (hook.when(event)) hook.then();
      },
      settle: 0,
      watch: 0,
      confirmTimeout: 30,
      parallel: 1,
      connect: async ({ name }) => {
        if (this.dead.has(name)) throw new Problem('no answer', { code: exit.unreachable, where: name });
        this.logins.set(name, (this.logins.get(name) ?? 0) + 1);
        return this.host(name).connect();
      },
      ...more,
    };
  }
}

async function apply(run: Run): Promise<number> {
  try {
    return await run.apply();
  } finally {
    await run.close();
  }
}

/** An example inventory, changed by `edit`, as a file of its own. */
export async function inventory(
  example: string,
  edit: (text: string) => string = text => text,
): Promise<string> {
  const text = await readFile(join(root, 'inventories', `${example}.yml`), 'utf8');
  const path = join(tmpdir(), `lvsform-fleet-${process.pid}-${Math.random().toString(36).slice(2)}.yml`);
  await writeFile(path, edit(text));
  return path;
}

/** host, action and address of each change of a plan, in order. */
export function planned(run: Run): readonly string[] {
  return run.plan.hosts.flatMap(({ host, changes }) =>
    changes.map(({ action, address }) => `${host} ${action} ${address}`),
  );
}

/** The same of what was done, as the events tell it. */
export function done(events: readonly Event[]): readonly string[] {
  return events.flatMap(event =>
    event.event === 'change.done' ? [`${event.host} ${event.action} ${event.address}`] : [],
  );
}

/** The paths at which two dumps differ, with both values; a service's record of inodes differs by nature. */
export function differences(a: Json, b: Json): readonly string[] {
  const [one, other] = [flat(a), flat(b)];
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter(path => !path.includes('/var/lib/lvsform/loaded/'))
    .filter(path => one.get(path) !== other.get(path))
    .map(path => `${path}: ${one.get(path) ?? 'nothing'} | ${other.get(path) ?? 'nothing'}`);
}

/** Rules are told by what they say and not by their place: one that goes moves all that follow. */
function flat(value: Json | undefined, path = ''): Map<string, string> {
  if (value === null || typeof value !== 'object') return new Map([[path, String(value)]]);
  if (Array.isArray(value) && path.endsWith(' > rules')) {
    const said = value.map(rule => `${path} > ${JSON.stringify(rule)}`);
    return new Map(said.map(one => [one, `${said.filter(other => other === one).length} times`]));
  }
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...flat(inner as Json, `${path} > ${key}`)]),
  );
}
