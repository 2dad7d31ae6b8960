import { readFileSync, writeFileSync } from 'node:fs';
import type { Figures } from '../figures.ts';
import { chart } from './chart.ts';
import { page } from './page.ts';

const docs = new URL('../../../docs/', import.meta.url);
const data = new URL('benchmarks.json', docs);

/** The figures that docs/benchmarks.md was made of. */
export function publishedFigures(): Figures {
  return JSON.parse(readFileSync(data, 'utf8')) as Figures;
}

/** The files of docs/ that tell figures, by name. */
export function docsOf(figures: Figures): Readonly<Record<string, string>> {
  return { 'benchmarks.md': page(figures), 'benchmarks.svg': chart(figures) };
}

/** Writes docs/benchmarks.*; what was measured of the lab earlier stays, unless it was measured again. */
export function writeDocs(figures: Figures): void {
  const lab = figures.lab ?? earlierLab();
  const all = { ...figures, ...(lab && { lab }) };
  writeFileSync(data, dataOf(all));
  for (const [name, text] of Object.entries(docsOf(all))) writeFileSync(new URL(name, docs), text);
}

/** JSON with a line for each run, so that a change of the file can be read. */
export function dataOf({ samples, ...rest }: Figures): string {
  const head = JSON.stringify(rest, undefined, 2).replace(/\n\}$/, '');
  const lines = samples.map(sample => `    ${JSON.stringify(sample)}`);
  return `${head},\n  "samples": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

function earlierLab(): Figures['lab'] {
  try {
    return publishedFigures().lab;
  } catch {
    return undefined;
  }
}
