import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ansible, mitogenStrategies } from './tools/ansible.ts';
import { pyinfra } from './tools/pyinfra.ts';
import type { Tool } from './tools/tool.ts';
import { firstLine } from './world/shell.ts';

const packages: Readonly<Record<string, string>> = {
  '/usr/bin/ansible-playbook': 'ansible-core',
  [mitogenStrategies]: 'ansible-mitogen',
};

/** Installs the other tools from Debian's packages, where they are missing. */
export function installPeers(say: (text: string) => void): void {
  const missing = Object.entries(packages).flatMap(([path, name]) => (existsSync(path) ? [] : [name]));
  if (missing.length === 0) return;
  say(`installing ${missing.join(', ')}`);
  const install = ['install', '--no-install-recommends', ...missing];
  if (!apt(...install)) {
    apt('update');
    if (!apt(...install)) say(`${missing.join(', ')} cannot be installed: the benchmark goes on without`);
  }
}

/** The tools beside lvsform and ssh that are here. */
export function peersHere(pyinfraPath: string | undefined): readonly Tool[] {
  const peers: Tool[] = [];
  if (existsSync('/usr/bin/ansible-playbook')) {
    const core = /core ([\d.]+)/.exec(firstLine(['ansible-playbook', '--version']))?.[1] ?? '';
    peers.push(ansible({ name: 'ansible', title: `Ansible ${core}`, defaults: [] }));
    if (existsSync(mitogenStrategies)) {
      peers.push(
        ansible({
          name: 'mitogen',
          title: `Mitogen ${debianVersion('python3-mitogen')}`,
          defaults: [`strategy_plugins = ${mitogenStrategies}`, 'strategy = mitogen_linear'],
          // Threads that serve connections; its default of 16 is for fewer hosts.
          env: { MITOGEN_POOL_SIZE: '50' },
        }),
      );
    }
  }
  if (pyinfraPath !== undefined) peers.push(pyinfra(pyinfraPath, firstLine([pyinfraPath, '--version'])));
  return peers;
}

/** Without epoch and Debian's revision. */
function debianVersion(name: string): string {
  const { stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
  const [, version = ''] = /^Version: (.+)$/m.exec(stdout) ?? [];
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

function apt(...words: readonly string[]): boolean {
  const { status } = spawnSync('apt-get', ['--yes', '--quiet', '-o', 'DPkg::Lock::Timeout=300', ...words], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}
