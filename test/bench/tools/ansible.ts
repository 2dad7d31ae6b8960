import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bootFile,
  confOf,
  parameters,
  pidFileOf,
  serviceProgram,
  services,
  templates,
  templateText,
  upstreams,
} from '../work.ts';
import { demand, scenarios, sshOptions, type Target, type Tool, type ToolName } from './tool.ts';

/** What makes Ansible and Mitogen differ: the strategy that runs the same playbook. */
export interface Flavour {
  readonly name: Extract<ToolName, 'ansible' | 'mitogen'>;
  readonly title: string;
  /** Lines of ansible.cfg's [defaults]. */
  readonly defaults: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Where Debian has the strategies of Mitogen. */
export const mitogenStrategies = '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy';

/** Processes of the controller that work on hosts at the same time. */
const forks = 50;

/**
 * Ansible, set up as its own documents advise for speed: pipelining, one connection a host kept open by ControlPersist,
 * many forks, no facts, the interpreter named, short polls, and loops instead of single tasks.
 */
export function ansible({ name, title, defaults, env = {} }: Flavour): Tool {
  return {
    name,
    title,
    does: scenarios,
    prepare(target) {
      const { folder, hosts } = target;
      const file = (path: string, text: string) => writeFileSync(join(folder, path), text);
      file('ansible.cfg', configuration(target, defaults));
      file('hosts.ini', hosts.map(host => `${host.name} ${hostVariables(host.address, target)}\n`).join(''));
      file('bench.yml', playbook);
      file('app.conf.j2', template);
    },
    invocation: ({ folder }, scenario) => ({
      argv: ['ansible-playbook', '-i', 'hosts.ini', 'bench.yml', ...(scenario === 'dry' ? ['--check'] : [])],
      env: { HOME: folder, LC_ALL: 'C.UTF-8', ANSIBLE_CONFIG: join(folder, 'ansible.cfg'), ...env },
      cwd: folder,
    }),
    changed: measured => {
      demand(measured, name);
      return measured.stdout.match(/^changed: \[/gm)?.length ?? 0;
    },
  };
}

function hostVariables(address: string, target: Target): string {
  return `ansible_host=${target.detour?.address ?? address} own_address=${address}`;
}

function configuration(target: Target, defaults: readonly string[]): string {
  return `[defaults]
forks = ${forks}
gathering = explicit
interpreter_python = /usr/bin/python3
internal_poll_interval = 0.001
retry_files_enabled = False
host_key_checking = True
${defaults.map(line => `${line}\n`).join('')}
[ssh_connection]
pipelining = True
ssh_args = -F /dev/null -o ControlMaster=auto -o ControlPersist=60s ${sshOptions(target).join(' ')}
control_path_dir = ${target.folder}/cp
`;
}

const template = templateText({
  value: name =>
    ({
      host: '{{ inventory_hostname }}',
      address: '{{ own_address }}',
      app: '{{ item }}',
      item: '{{ one }}',
    })[name],
  each: line => `{% for one in upstreams %}\n${line}\n{% endfor %}\n`,
});

const quoted = (words: readonly string[]) => `[${words.map(word => JSON.stringify(word)).join(', ')}]`;

const playbook = `- hosts: all
  gather_facts: false
  vars:
    upstreams: ${quoted(upstreams)}
  tasks:
    - ansible.builtin.template:
        src: app.conf.j2
        dest: ${confOf('{{ item }}')}
        owner: root
        group: root
        mode: "0644"
      loop: ${quoted(templates)}
    - ansible.builtin.lineinfile:
        path: ${bootFile}
        create: true
        regexp: "^{{ item[0] | regex_escape }} ="
        line: "{{ item[0] }} = {{ item[1] }}"
        mode: "0644"
      loop: [${parameters.map(quoted).join(', ')}]
    - ansible.builtin.command:
        argv: [${serviceProgram}, start, "{{ item }}"]
        creates: ${pidFileOf('{{ item }}')}
      loop: ${quoted(services)}
`;
