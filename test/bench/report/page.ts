import type { Figures } from '../figures.ts';
import { tables } from './tables.ts';
import { markdown } from './text.ts';

/** docs/benchmarks.md. */
export function page(figures: Figures): string {
  const { date, command, machine, minutes, load, versions, left } = figures;
  const parts = [
    '# Benchmarks',
    '<!-- Made by the benchmark: `npm run bench -- --docs` writes this file, its picture and benchmarks.json. -->',
    `Measured on ${date} by \`${command}\`, in ${minutes} minutes, on one machine:`,
    [
      `- ${machine.cores} cores (${machine.cpu}), ${gib(machine.memory)} GiB of memory; ${machine.system}`,
      `- ${Object.values(versions).join(', ')}`,
      `- load of the machine when it began: ${load}${load > machine.cores ? busy : ''}`,
    ].join('\n'),
    '![Time of a re-run with nothing to change by number of hosts, and what a host costs the controller](benchmarks.svg)',
    ...tables(figures).map(table => `## ${table.title}\n\n${markdown(table)}`),
    ...(left.length === 0 ? [] : [`## Left out\n\n${left.map(text => `- ${text}`).join('\n')}`]),
    reading,
  ];
  return `${parts.join('\n\n')}\n`;
}

const busy =
  ' (it was busy with other work: times are several times those of a quiet machine, and tools that wait often lose more of them)';

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(0);
}

const reading = `## How to read them

\`npm run bench -- --help\` tells how to repeat this. It needs root on a Debian machine, makes its own network, and leaves
nothing behind.

- **Hosts** are processes of the same machine, each with namespaces, a root directory (an overlay) and an sshd of its own; up to
  50 have networks of their own, beyond that they share one.
  So they share the controller's cores: a login costs the host's sshd about five times what it costs the controller, and the
  times of fast tools are mostly the hosts' work. Between real machines they are shorter. Quote ratios, of one run, and not
  seconds; and look at the load above: a machine that was busy adds waiting to all tools.
- **The work** is thirty resources a host, the same bytes for each tool: ten files made of templates, ten lines of kernel
  parameters, ten commands that run unless a file shows that they have. After lvsform has made the hosts, the other tools must
  find nothing to change, and each run counts its changes; a run with a wrong count is an error. lvsform does a little
  more than the others: it also sets the parameters in the running kernel, keeps its ledger, and takes its lock.
- **ssh** is the floor: OpenSSH's client, one process a host, 64 at a time, with the one key, curve25519 and AES-GCM, sends the very
  script by which lvsform reads a host. It plans nothing and looks at no answer, so nothing that does can be much faster.
- **Ansible and Mitogen** are set up for speed: pipelining, 50 forks, ControlPersist, no facts, the interpreter named,
  short polls, and loops in place of thirty tasks. ControlPersist spares logins within a run; each run of each tool begins without
  open connections. Where they would have taken too long they ran once or not at all: the tables give the number of runs.
- **pyinfra** runs only where its path is given, for Debian has no package of it. In the figures by which lvsform's goal was set
  (50 hosts, version 3.0b0, another machine of two cores) it took 11.5 s where ssh took 0.86 s.
- **Times** are medians of runs in which the tools take turns. **CPU** is user and system time of all processes of the tool
  on the controller; those of sshd and of what runs on the hosts are not among it. **Memory** is the most that these processes
  held at once (pages that they share count once).
- **Round trips** are counted by a proxy in front of the host, by cause: an answer that had to be waited for before the next
  question is one, and TCP's handshake is one. The proxy is a program, not the kernel's netem, so it adds some tenths of a
  millisecond.
- **Planning** is measured in a process of its own, without a host: from the loaded files and recorded answers to the changes.
- **Real servers by site.yml** log in twice on their first run: after changes that could cut the controller off (addresses, what
  the kernel answers to), a host takes them back unless a fresh login confirms them.
- **The lab**'s hosts are User Mode Linux, slow at logins; there lvsform is held to the slowest host's own work, and not to seconds.`;
