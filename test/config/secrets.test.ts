import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InputProblem, renderDiagnostics } from '../../src/config/diagnostic.ts';
import { loadInventory } from '../../src/config/inventory.ts';

/** References to secrets: followed, refused with a reason, and never shown. */
const test = suite<{ folder: string }>('secrets');

const poison = 'pOi5on';

test.before.each(async context => {
  context.folder = await mkdtemp(join(tmpdir(), 'lvsform-secrets-'));
});
test.after.each(async ({ folder }) => rm(folder, { recursive: true }));

/** The VRRP password that an inventory with this `auth_pass` has, and its warnings; or the text of its mistakes. */
async function authPass(folder: string, yaml: string, env: Record<string, string> = {}, patience = 5000) {
  const right = new URL('../fixtures/inventories/right/dr.yml', import.meta.url);
  const text = (await readFile(right, 'utf8')).replace('auth_pass: "1111"', `auth_pass: ${yaml}`);
  const file = join(folder, 'inventory.yml');
  await writeFile(file, text);
  const all = { PATH: process.env['PATH'] ?? '', ...env };
  try {
    const { cluster, warnings } = await loadInventory(file, { env: all, patience });
    return { secret: cluster.vrrp[0]?.authPass?.reveal(), said: renderDiagnostics(warnings) };
  } catch (problem) {
    if (!(problem instanceof InputProblem)) throw problem;
    const told = [problem.message, problem.why, problem.stack, JSON.stringify(problem.diagnostics)].join(
      '\n',
    );
    assert.not.ok(told.includes(poison), told);
    return { secret: undefined, said: (problem.why ?? '').replace(/^.*auth_pass: /, '') };
  }
}

test('a secret may be itself, in quotes or not', async ({ folder }) => {
  assert.is((await authPass(folder, '"1111"')).secret, '1111');
  assert.is((await authPass(folder, '1111')).secret, '1111');
  assert.is((await authPass(folder, '0011')).secret, '0011');
  assert.is((await authPass(folder, '1e3')).secret, '1e3');
});

test('an environment variable', async ({ folder }) => {
  assert.is((await authPass(folder, '{ env: VRRP }', { VRRP: poison })).secret, poison);
  const { said } = await authPass(folder, '{ env: VRRP }');
  assert.is(said, 'cannot be had: the environment variable VRRP is not set');
});

test('a file beside the inventory, less one line end', async ({ folder }) => {
  await writeFile(join(folder, 'pass'), `${poison}\n`, { mode: 0o600 });
  assert.equal(await authPass(folder, '{ file: pass }'), { secret: poison, said: '' });
  await chmod(join(folder, 'pass'), 0o644);
  const { said } = await authPass(folder, '{ file: pass }');
  assert.match(said, /warning: vrrp\.web\.auth_pass: pass can be read by others than its owner/);
});

test('a file that is none', async ({ folder }) => {
  assert.is((await authPass(folder, '{ file: pass }')).said, 'cannot be had: pass cannot be read (ENOENT)');
  assert.is((await authPass(folder, '{ file: . }')).said, 'cannot be had: . is not a file');
});

test('what a program prints, without a shell', async ({ folder }) => {
  assert.is((await authPass(folder, `{ command: [printf, "%s\\n", "${poison}"] }`)).secret, poison);
  assert.is((await authPass(folder, '{ command: [echo, $HOME] }', { HOME: 'x' })).secret, undefined);
});

test('a program that fails: its stderr is told, its stdout is not', async ({ folder }) => {
  const program = `[sh, -c, "printf pOi5; printf 'on\\n'; echo no such entry >&2; exit 3"]`;
  const { said } = await authPass(folder, `{ command: ${program} }`);
  assert.is(said, 'cannot be had: sh ended with 3: no such entry');
});

test('a program that is missing, hangs, or prints without end', async ({ folder }) => {
  const missing = await authPass(folder, '{ command: [no-such-program] }');
  assert.is(missing.said, 'cannot be had: there is no program no-such-program');
  const hanging = await authPass(folder, '{ command: [sh, -c, "sleep 60 & wait"] }', {}, 200);
  assert.is(hanging.said, 'cannot be had: sh did not end within 0.2 seconds');
  const endless = await authPass(folder, '{ command: [cat, /dev/zero] }');
  assert.is(endless.said, 'cannot be had: cat printed more than 64 KiB');
});

test('what a reference leads to is held to the same rule as the text itself', async ({ folder }) => {
  for (const value of [`${poison}#1`, `${poison}12345`, `${poison}\n1`, `${poison}}`, '']) {
    const { said } = await authPass(folder, '{ env: VRRP }', { VRRP: value });
    assert.match(said, /^what it refers to must be 1 to 8 letters/);
  }
});

test('one reference in many places is followed once', async ({ folder }) => {
  const counter = join(folder, 'count');
  const reference = `{ command: [sh, -c, "echo x >> ${counter}; echo ${poison}"] }`;
  const right = new URL('../fixtures/inventories/right/dr.yml', import.meta.url);
  const text = (await readFile(right, 'utf8'))
    .replace('auth_pass: "1111"', `auth_pass: ${reference}`)
    .replace('name: dr\n', `name: dr\nssh: { password: ${reference}, become: { password: ${reference} } }\n`);
  await writeFile(join(folder, 'inventory.yml'), text);
  const { cluster } = await loadInventory(join(folder, 'inventory.yml'));
  assert.is(cluster.hosts[0]?.ssh.password?.reveal(), poison);
  assert.is(await readFile(counter, 'utf8'), 'x\n');
});

test.run();
