import { parseArgs } from 'node:util';
import { layGround } from '../light/ground.ts';
import { reference } from './invariants.ts';
import { type Row, rowsOf, sample } from './rows.ts';
import { runRow } from './run-row.ts';
import { layerFiles, makeScene } from './scene.ts';

/*
 * The sweep, in namespaces of its own (light/namespace.ts): prints a line of JSON for each row, `{ row, broken, seconds }`,
 * and last `{ rows }`, the number of all rows.
 */
const { values } = parseArgs({
  options: {
    image: { type: 'string' },
    lanes: { type: 'string', default: '4' },
    rows: { type: 'string' },
    only: { type: 'string' },
  },
});

const ground = layGround(values.image ?? '', layerFiles);
const scenes = await Promise.all(
  Array.from({ length: Number(values.lanes) }, (_, index) => makeScene(ground, index + 1)),
);
const known = await Promise.all(scenes.map((scene, index) => reference(ground, scene, index === 0)));
const [first] = scenes;
const recorded = first?.hosts.map(host => ({ name: host.name, log: host.log() })) ?? [];
await Promise.all(scenes.map(scene => scene.stop()));

const all = rowsOf(recorded).filter(({ name }) => values.only === undefined || name.includes(values.only));
const left = [...sample(all, values.rows === undefined ? all.length : Number(values.rows))];
await Promise.all(
  scenes.map(async (scene, index) => {
    const mine = known[index];
    for (let row = left.shift(); mine !== undefined && row !== undefined; row = left.shift()) {
      const since = performance.now();
      const broken = await kept(row, () => runRow(ground, scene, mine, row as Row));
      say({ row: row.name, fault: row.fault, broken, seconds: Math.round(performance.now() - since) / 1000 });
    }
  }),
);
say({ rows: all.length });
process.exit(0);

/** What a row throws breaks that row and no other. */
async function kept(row: Row, work: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await work();
  } catch (error) {
    return [`${row.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
