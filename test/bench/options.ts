import { parseArgs } from 'node:util';

export const partNames = ['fleet', 'far', 'scale', 'plan', 'role'] as const;
export type PartName = (typeof partNames)[number];

export interface Options {
  readonly quick: boolean;
  /** Minutes that all may take. */
  readonly minutes: number;
  readonly runs: number;
  readonly sizes: readonly number[];
  readonly scale: readonly [few: number, many: number];
  readonly parts: readonly PartName[];
  readonly peers: boolean;
  /** Whether peers that are missing are installed. */
  readonly install: boolean;
  readonly pyinfra: string | undefined;
  readonly json: string | undefined;
  /** Whether docs/benchmarks.* are written. */
  readonly docs: boolean;
  /** Instead of the parts: lvsform alone, on the lab. */
  readonly lab: boolean;
  /** lvsform's command line. */
  readonly program: readonly [string, ...string[]];
}

export const help = `npm run bench -- [options]

Measures lvsform beside Ansible, Mitogen, pyinfra and plain ssh, doing the same work on the same hosts, on this one machine.
Needs root, on Debian. The hosts are processes in namespaces of this machine, each with a network, a root directory
and an sshd of its own; they are gone when the benchmark ends, however it ends. Nothing leaves the machine, but
what apt-get installs: ansible-core and ansible-mitogen, where they are missing.

  --quick           3 minutes instead of 20: 1 and 10 hosts, fewer runs
  --minutes N       how long it may take; runs of the other tools that do not fit are left out, and said so
  --runs N          runs of lvsform and ssh of each kind (default 5); medians are shown
  --sizes N,N,...   hosts (default 1,10,50,200); the other tools run at up to 50
  --scale FEW,MANY  hosts of the part "scale" (default 100,1000)
  --part NAME       only this part (may be given again): ${partNames.join(', ')}
  --no-peers        lvsform and ssh alone
  --no-install      the other tools only where they are installed
  --pyinfra PATH    also measures this pyinfra (3.x)
  --json FILE       writes every run as JSON
  --docs            writes docs/benchmarks.md, .svg and .json
  --sources         runs lvsform from its sources and not as it was built: slower, for a try
  --lab             instead of all that: stands inventories/dr.yml up on the lab, some minutes; with --docs the figures join
                    those that are there
  --help            shows this

A benchmark does not fail because something was slow: it ends with an error only where a tool did not do its work.
`;

const file = (path: string) => new URL(`../../${path}`, import.meta.url).pathname;
const built: Options['program'] = [process.execPath, file('dist/main.js')];
const unbuilt: Options['program'] = [
  ...([process.execPath, '--import', import.meta.resolve('tsx')] as const),
  file('src/main.ts'),
];

/** Reads the command line; undefined asks for the help. Throws on what it does not know. */
export function readOptions(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean' },
      minutes: { type: 'string' },
      runs: { type: 'string' },
      sizes: { type: 'string' },
      scale: { type: 'string' },
      part: { type: 'string', multiple: true },
      'no-peers': { type: 'boolean' },
      'no-install': { type: 'boolean' },
      pyinfra: { type: 'string' },
      json: { type: 'string' },
      docs: { type: 'boolean' },
      lab: { type: 'boolean' },
      sources: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const quick = values.quick === true;
  const numbers = (text: string) => text.split(',').map(word => positive(word));
  const [few = 0, many = 0] = numbers(values.scale ?? (quick ? '20,100' : '100,1000'));
  return {
    quick,
    minutes: positive(values.minutes ?? (quick ? '3' : '20')),
    runs: positive(values.runs ?? (quick ? '3' : '5')),
    sizes: numbers(values.sizes ?? (quick ? '1,10' : '1,10,50,200')),
    scale: [few, many],
    parts: (values.part ?? partNames).map(part),
    peers: values['no-peers'] !== true,
    install: values['no-install'] !== true,
    pyinfra: values.pyinfra,
    json: values.json,
    docs: values.docs === true,
    lab: values.lab === true,
    program: values.sources ? unbuilt : built,
  };
}

function positive(word: string): number {
  const number = Number(word);
  if (!(number > 0)) throw new Error(`${word} is not a positive number`);
  return number;
}

function part(word: string): PartName {
  const found = partNames.find(name => name === word);
  if (found === undefined) throw new Error(`there is no part ${word}: ${partNames.join(', ')}`);
  return found;
}
