import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Figure, figureLine, reached } from './figure.ts';
import { parts } from './parts.ts';

/**
 * npm run faults -- [part...] [--whole] [--rows N] [--minutes N] [--json FILE] [--list]
 *
 * Injects the faults of every table, in order, and prints each figure on a line of its own at the end. Exits 1 where a figure is
 * short of its goal, or a part broke off or found no time: what is not done after 25 minutes (`--minutes`) is not done, and is
 * named. So that these are enough, the sweep is a selection of its rows and parts that take long wait to be named; `--whole` does
 * all, with the time that it takes.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean' },
    rows: { type: 'string' },
    json: { type: 'string' },
    whole: { type: 'boolean', default: false },
    minutes: { type: 'string' },
  },
});
const interruption = new AbortController();
const minutes = Number(values.minutes ?? (values.whole ? 120 : 25));
let interrupted = false;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    interrupted = true;
    interruption.abort();
  });
}

const unknown = positionals.filter(name => !parts.some(part => part.name === name));
/** What the sweep does in a third of the 25 minutes; a part that is named is done whole. */
const some = values.whole || positionals.length > 0 ? undefined : 150;
const rows = values.rows === undefined ? some : Number(values.rows);
if (values.list) for (const { name, about } of parts) say(`${name.padEnd(20)} ${about}`);
else if (unknown.length > 0 || (rows !== undefined && !(rows >= 1)) || !(minutes > 0)) {
  say(
    unknown.length > 0
      ? `there is no part ${unknown.join(', ')}; --list names them`
      : '--rows and --minutes take a number',
  );
  process.exitCode = 64;
} else process.exitCode = await runParts();

async function runParts(): Promise<number> {
  const figures: Figure[] = [];
  const brokeOff: string[] = [];
  const timer = setTimeout(() => interruption.abort(), minutes * 60_000);
  const named = (part: (typeof parts)[number]) =>
    positionals.length === 0 ? values.whole || part.long !== true : positionals.includes(part.name);
  for (const part of parts.filter(named)) {
    if (interruption.signal.aborted) {
      brokeOff.push(part.name);
      say(
        `\n${part.name}: not done${interrupted ? '' : `: ${minutes} minutes are over (--minutes gives it more)`}`,
      );
      continue;
    }
    const since = performance.now();
    say(`\n${part.name}: ${part.about}`);
    try {
      figures.push(...(await part.run({ rows, say, signal: interruption.signal })));
    } catch (error) {
      brokeOff.push(part.name);
      say(`${part.name} broke off: ${error instanceof Error ? error.stack : String(error)}`);
    }
    say(`${part.name}: ${((performance.now() - since) / 1000).toFixed(0)} s`);
  }
  clearTimeout(timer);
  say(`\n${figures.map(figureLine).join('\n')}`);
  if (values.json !== undefined) {
    const all = figures.map(one => ({ ...one, ok: reached(one) }));
    writeFileSync(values.json, `${JSON.stringify({ figures: all, brokeOff }, null, 2)}\n`);
  }
  if (interrupted) return 130;
  return brokeOff.length === 0 && figures.length > 0 && figures.every(reached) ? 0 : 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
