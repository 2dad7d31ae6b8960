import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figures } from './figures.ts';
import { measureLab } from './lab.ts';
import { unfit } from './machine.ts';
import { help, type Options, readOptions } from './options.ts';
import { installPeers } from './peers.ts';
import { textOf } from './report/text.ts';
import { dataOf, publishedFigures, writeDocs } from './report/write.ts';
import { measureAll } from './run.ts';
import { endWithParent, enter, isInside } from './world/enter.ts';

/** `npm run bench`: see `help` in options.ts. */
async function main(argv: readonly string[]): Promise<number> {
  const options = optionsOf(argv);
  if (typeof options === 'number') return options;
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  if (isInside()) {
    endWithParent();
    const figures = await measureAll(options, process.env['LVSFORM_BENCH_FOLDER'] ?? '', argv, say, figures =>
      saveJson(figures, options),
    );
    finish(figures, options);
    return 0;
  }
  if (options.lab) return lab(options);
  const why = unfit();
  if (why !== undefined) {
    say(`the benchmark cannot run here: ${why}`);
    return 1;
  }
  if (options.peers && options.install) installPeers(say);
  const folder = mkdtempSync(join(tmpdir(), 'lvsform-bench-'));
  process.env['LVSFORM_BENCH_FOLDER'] = folder;
  try {
    return await enter(new URL(import.meta.url).pathname, argv);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function lab(options: Options): Promise<number> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => interruption.abort(new Error(`ended by ${signal}`)));
  }
  const samples = await measureLab(options, say, interruption.signal);
  const date = new Date().toISOString().slice(0, 10);
  for (const { hosts, wall, slowest, own } of samples) {
    process.stdout.write(
      `${hosts} hosts: ${wall} s; ${slowest} alone ${own} s: ${(wall / own).toFixed(2)} x\n`,
    );
  }
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ date, samples }, undefined, 2)}\n`);
  if (options.docs) writeDocs({ ...publishedFigures(), lab: { date, samples } });
  return 0;
}

/** The exit code 64 where the command line is wrong (sysexits.h: EX_USAGE). */
function optionsOf(argv: readonly string[]): Options | undefined | 64 {
  try {
    return readOptions(argv);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 64;
  }
}

function finish(
  figures: Figures,
  options: { readonly json: string | undefined; readonly docs: boolean },
): void {
  process.stdout.write(`${textOf(figures)}\n`);
  saveJson(figures, options);
  if (options.docs) writeDocs(figures);
}

function saveJson(figures: Figures, { json }: { readonly json: string | undefined }): void {
  if (json !== undefined) writeFileSync(json, dataOf(figures));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

process.exit(await main(process.argv.slice(2)));
