import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figures } from './figures.ts';
import { unfit } from './machine.ts';
import { help, type Options, readOptions } from './options.ts';
import { installPeers } from './peers.ts';
import { textOf } from './report/text.ts';
import { writeDocs } from './report/write.ts';
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
    const figures = await measureAll(options, process.env['LVSFORM_BENCH_FOLDER'] ?? '', argv, say);
    finish(figures, options);
    return 0;
  }
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
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  if (options.docs) writeDocs(figures);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

process.exit(await main(process.argv.slice(2)));
