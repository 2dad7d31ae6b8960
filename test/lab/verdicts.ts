import * as assert from 'uvu/assert';
import { type Ended, events, type Scene } from './scene.ts';

/** What `up` and `verify` told of one client and one service. */
export interface Seen {
  readonly client: string;
  readonly service: string;
  readonly faults: readonly string[];
  readonly sequence: readonly string[];
  readonly promise: string;
}

/** A command that ended well; its whole output otherwise. */
export function good(ended: Ended, what: string): Ended {
  if (ended.code !== 0) throw new Error(`${what}: exit code ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
  return ended;
}

/** The verdicts in the output of a command that ran with --json. */
export function verdicts(stdout: string): readonly Seen[] {
  return events(stdout).flatMap(({ event, result }) => (event === 'verify.done' ? [result as Seen] : []));
}

/** Just these clients saw just these services (`client service`), without a fault and from all the real servers. */
export function mustServe(stdout: string, asked: readonly string[], servers: readonly string[]): void {
  const seen = verdicts(stdout);
  assert.equal(seen.map(({ client, service }) => `${client} ${service}`).sort(), [...asked].sort());
  for (const { client, service, faults, sequence } of seen) {
    assert.equal(faults, [], `${client} ${service}`);
    assert.equal([...new Set(sequence)].sort(), [...servers].sort(), `${client} ${service}`);
  }
}

/** Nothing is left to do. */
export async function mustBeInSync(scene: Scene, inventory: string): Promise<void> {
  const plan = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
}

/** Waits until a shell text succeeds on a host. */
export async function until(scene: Scene, host: string, text: string, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { code, stdout, stderr } = await scene.on(host, text);
    if (code === 0) return;
    if (Date.now() > deadline)
      throw new Error(`${host}: after ${seconds} s not yet: ${text}\n${stdout}${stderr}`);
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}
