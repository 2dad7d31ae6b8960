import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Scene } from '../lab/scene.ts';
import type { LabSample } from './figures.ts';
import type { Options } from './options.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `--timings` tells among a run's events. */
interface Timings {
  readonly event: string;
  readonly seconds: number;
  readonly hosts: readonly { readonly host: string; readonly seconds: number }[];
}

/** How often the cluster is stood up and taken away. */
const rounds = 3;

/**
 * The whole cluster of inventories/dr.yml on seven machines of the lab, with all packages there: from nothing to verified,
 * again and again. How long the slowest host alone was worked on is what the run itself says (--timings).
 */
export async function measureLab(
  { program, quick }: Options,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<readonly LabSample[]> {
  const scene = await Scene.open('bench');
  const run = async (...args: readonly string[]) => {
    signal.throwIfAborted();
    const ended = await lvsform(program, args);
    if (ended.code !== 0)
      throw new Error(`lvsform ${args.join(' ')}: code ${ended.code}\n${ended.stderr.slice(-4000)}`);
    return ended.stdout;
  };
  const samples: LabSample[] = [];
  try {
    const inventory = await scene.inventory('dr', text =>
      text.replace(/^lab: \{ (.*) \}$/m, 'lab: { $1, preinstalled: true }'),
    );
    say('booting seven hosts');
    await run('lab', 'up', '-i', inventory);
    await run('run', join('playbooks', 'web.yml'), '--yes', '-i', inventory);
    for (let round = 0; round < (quick ? 1 : rounds); round += 1) {
      const stdout = await run('up', '--yes', '--json', '--timings', '-i', inventory);
      const sample = sampleOf(stdout);
      samples.push(sample);
      say(
        `lab  up  ${sample.hosts} hosts  ${sample.wall.toFixed(1)} s  ${sample.slowest}: ${sample.own.toFixed(1)} s`,
      );
      await run('down', '--yes', '-p', join('playbooks', 'site.yml'), '-i', inventory);
    }
  } finally {
    await scene.end();
  }
  return samples;
}

function sampleOf(stdout: string): LabSample {
  const events = stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Timings);
  const times = events.find(({ event }) => event === 'timings');
  const [slowest] = times?.hosts.toSorted((a, b) => b.seconds - a.seconds) ?? [];
  if (times === undefined || slowest === undefined) throw new Error('lvsform told no timings');
  return { hosts: times.hosts.length, wall: times.seconds, slowest: slowest.host, own: slowest.seconds };
}

function lvsform(program: Options['program'], args: readonly string[]): Promise<Ended> {
  const [node, ...words] = program;
  const root = new URL('../..', import.meta.url).pathname;
  const child = spawn(node, [...words, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', chunk => {
    stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
