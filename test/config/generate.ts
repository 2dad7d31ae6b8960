import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generated } from './generated.ts';

// Writes every generated file: npx tsx test/config/generate.ts
for (const { path, text } of generated) {
  const file = new URL(`../../${path}`, import.meta.url).pathname;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await text());
}
