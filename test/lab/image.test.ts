import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ensureImage, imagePath } from '../../src/lab/image/cache.ts';
import { baseImages, offered, preinstalled } from '../../src/lab/image/packages.ts';
import { customizeScript, imageName, type Recipe } from '../../src/lab/image/recipe.ts';
import { becomeRpm } from '../../src/lab/image/rpm-host.ts';
import { baseOf, becoming } from '../../src/lab/image/systems.ts';
import { labImages } from '../../src/model/cluster.ts';

const recipe: Recipe = { suite: 'bookworm', kernel: '6.1.0', image: 'debian', preinstalled: false };

test('each recipe has an image of its own', () => {
  const others = [
    { suite: 'trixie' },
    { kernel: '6.2.0' },
    { image: 'rpm' as const },
    { preinstalled: true },
  ];
  const names = [recipe, ...others.map(other => ({ ...recipe, ...other }))].map(imageName);
  assert.is(new Set(names).size, names.length);
  assert.is(imageName({ ...recipe }), imageName(recipe));
});

test('what is installed beforehand can be installed again after it was removed', () => {
  for (const image of baseImages) {
    const names = offered[image];
    assert.ok(preinstalled[image].every(name => names.includes(name)));
    assert.is(new Set(names).size, names.length);
  }
});

test('the scripts of the build are such as sh reads', () => {
  const inputs = [customizeScript, becomeRpm, ...labImages.flatMap(image => becoming(image) ?? [])];
  for (const input of inputs) execFileSync('sh', ['-n'], { input });
});

test('a system is a base image, or becomes what it is on one', () => {
  for (const image of labImages) assert.is(becoming(image) === undefined, baseOf(image) === image);
});

test('images that no lab asked for of late are removed, the others and those in use stay', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'lvsform-cache-'));
  try {
    const wanted = imagePath(cache, recipe);
    const longAgo = new Date(Date.now() - 30 * 24 * 3600 * 1000);
    for (const name of ['old.ext4', 'old.ext4.used', 'running.ext4', 'asked.ext4', 'new.ext4'])
      await writeFile(join(cache, name), '');
    await writeFile(wanted, '');
    for (const path of [
      ...['old.ext4', 'old.ext4.used', 'running.ext4', 'asked.ext4'].map(name => join(cache, name)),
      wanted,
    ])
      await utimes(path, longAgo, longAgo);
    await writeFile(join(cache, 'asked.ext4.used'), '');
    const told: string[] = [];
    await ensureImage(
      cache,
      recipe,
      async () => [join(cache, 'running.ext4')],
      text => told.push(text),
    );
    assert.equal(told, []);
    const left = (await readdir(cache)).filter(name => name !== 'lock').sort();
    const kept = ['asked.ext4', 'asked.ext4.used', 'new.ext4', 'running.ext4'];
    assert.equal(left, [...kept, imageName(recipe), `${imageName(recipe)}.used`].sort());
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
});

test.run();
