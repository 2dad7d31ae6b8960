import { type Ended, Scene } from './scene.ts';
import { good } from './verdicts.ts';

export { good };

/** The two directors of `dr.yml`, and the VIP that one of them holds. */
export const directors = ['lvs01', 'lvs02'];
export const vip = '192.168.0.240';

/** A lab of `dr.yml` for scenes about directors: up, with pages to ask for, and nothing of LVS on it. */
export interface Directors {
  readonly scene: Scene;
  readonly inventory: string;
}

/** `dr.yml` with checks every 2 s, on hosts that have their packages. */
export function inventoryOf(scene: Scene, edit: (text: string) => string = text => text): Promise<string> {
  return scene.inventory('dr', text =>
    edit(text.replace('lab: {}', 'lab: { preinstalled: true }').replace('delay_loop: 6', 'delay_loop: 2')),
  );
}

/** The inventory without web02 among the real servers. */
export const withoutSecond = (text: string) => text.replace('      web02: { weight: 1 }\n', '');

/** Boots the lab; one that failed half-way is taken down. */
export async function openDirectors(name: string): Promise<Directors> {
  const scene = await Scene.open(name);
  try {
    const inventory = await inventoryOf(scene);
    good(await scene.lvsform('lab', 'up', '-i', inventory), 'lab up');
    good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', inventory), 'run web.yml');
    return { scene, inventory };
  } catch (error) {
    await scene.end();
    throw error;
  }
}

/** Runs `up` to a good end. */
export async function up(scene: Scene, inventory: string, ...more: readonly string[]): Promise<Ended> {
  return good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory, ...more), 'up');
}

/** The live IPVS table of a director. */
export async function tableOf(scene: Scene, host: string): Promise<string> {
  return (await scene.on(host, 'ipvsadm -Ln')).stdout;
}

/** Waits until something is so on a host, for a minute at most. */
export async function until(so: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await so())) {
    if (Date.now() > deadline) throw new Error(`it did not come that ${what}`);
    await new Promise(resolve => setTimeout(resolve, 300));
  }
}
