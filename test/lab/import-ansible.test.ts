// timeout: 900 s
// runs: asked
// grace: 60 s
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import { Scene } from './scene.ts';
import { good, mustBeInSync } from './verdicts.ts';

/** `import ansible`: what was read of a hand-written INI file is a cluster that stands up. */
const test = suite<{ scene: Scene; first: string }>('import of an Ansible inventory');

const name = 't-ansible';

test.before(async context => {
  try {
    context.scene = await Scene.open(name);
    const { scene } = context;
    const [ini, file] = [join(scene.directory, 'hosts.ini'), join(scene.directory, 'first.yml')];
    context.first = file;
    await writeFile(
      ini,
      `[directors]
lvs01 ansible_host=192.168.0.210

[real_servers]
web01 ansible_host=192.168.0.223
web02 ansible_host=192.168.0.224

[clients]
client ansible_host=192.168.0.220

[all:vars]
ansible_user=root
`,
    );
    good(
      await scene.lvsform(
        'import',
        'ansible',
        ini,
        '--name',
        name,
        '--vip',
        '192.168.0.240/24',
        '--out',
        file,
      ),
      'import ansible',
    );
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(`name: ${name}\n`, `name: ${name}\nlab: { preinstalled: true }\n`));
    good(await scene.lvsform('lab', 'up', '-i', file), 'lab up');
    good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', file), 'web.yml');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('what was read of an Ansible inventory stands up, is verified, and goes again', async ({
  scene,
  first,
}) => {
  good(await scene.lvsform('up', '--yes', '-i', first), 'up');
  await mustBeInSync(scene, first);
  good(await scene.lvsform('down', '--yes', '-p', 'playbooks/site.yml', '-i', first), 'down');
});

test.run();
