import { parseArgs } from 'node:util';
import { layGround } from '../light/ground.ts';
import { mend, reference } from '../sweep/invariants.ts';
import { layerFiles, makeScene } from '../sweep/scene.ts';
import { rows } from './rows.ts';

/*
 * The fault table, in namespaces of its own (light/namespace.ts): prints a line of JSON for each figure and for each row,
 * `{ row, holds, broken, seconds }`.
 */
const { values } = parseArgs({
  options: {
    image: { type: 'string' },
    lanes: { type: 'string', default: '4' },
    slow: { type: 'boolean' },
    only: { type: 'string' },
  },
});

const ground = layGround(values.image ?? '', layerFiles);
const scenes = await Promise.all(
  Array.from({ length: Number(values.lanes) }, (_, index) => makeScene(ground, index + 1)),
);
const known = await Promise.all(scenes.map(scene => reference(ground, scene, true)));
await Promise.all(scenes.map(scene => scene.stop()));

// The slow ones first, so that nothing waits for them in the end.
const left = rows
  .filter(({ slow }) => values.slow || !slow)
  .filter(({ fault }) => values.only === undefined || fault.includes(values.only))
  .sort((a, b) => Number(b.slow ?? false) - Number(a.slow ?? false));
await Promise.all(
  scenes.map(async (scene, index) => {
    const mine = known[index];
    for (let row = left.shift(); mine !== undefined && row !== undefined; row = left.shift()) {
      const since = performance.now();
      const broken: string[] = [];
      try {
        await scene.start();
        broken.push(...(await row.run({ ground, scene, known: mine, figure: figure => say({ figure }) })));
        for (const host of scene.hosts) host.release();
        broken.push(...(await mend(ground, scene, mine)));
      } catch (error) {
        broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
      } finally {
        await scene.stop();
      }
      const seconds = Math.round(performance.now() - since) / 1000;
      say({ row: row.fault, holds: row.holds, broken, seconds });
    }
  }),
);
say({ over: true });
process.exit(0);

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
