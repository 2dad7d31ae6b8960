import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LightHost } from '../light/host.ts';
import { inProcess } from '../light/lvsform.ts';
import { processesOf } from '../light/processes.ts';
import { differences } from '../light/state.ts';
import {
  changed,
  ended,
  type FaultRow,
  held,
  type Stage,
  stepNumber,
  timed,
  touches,
  unless,
  within,
} from './stage.ts';

const seconds = (milliseconds: number) => milliseconds / 1000;

/** A host that is dead when the run begins: nothing is written anywhere, and the error comes in time. */
async function dead(stage: Stage, how: 'refuse' | 'silence', name: string): Promise<readonly string[]> {
  const before = touches(stage);
  const cable = stage.scene.cables[1];
  cable[how]();
  const [took, said] = await timed(inProcess(stage.scene.argv('up')));
  stage.figure({ name, value: seconds(took), unit: 's', goal: { atMost: 11 } });
  const after = touches(stage);
  cable.cut();
  cable.restore();
  return [
    ...ended(said, 4, 'gateway'),
    ...stage.scene.hosts.flatMap((host, index) =>
      differences(before[index] ?? new Map(), after[index] ?? new Map()).map(
        line => `${host.name} was written on: ${line}`,
      ),
    ),
    ...changed(stage, 0).map(line => `web01 was changed: ${line}`),
  ];
}

/** The processes of one session are stopped, or what leads to the host swallows everything, in the middle of a step. */
async function frozen(
  stage: Stage,
  name: string,
  freeze: (host: LightHost) => void,
  thaw: (host: LightHost) => void,
): Promise<readonly string[]> {
  const [host] = stage.scene.hosts;
  host.hold({ kind: 'step', number: stepNumber(stage.known, 0, /write-file/), when: 'during', call: 2 });
  const saying = inProcess(stage.scene.argv('up'));
  const early = await held(stage, 0, saying);
  if (early.length > 0) return early;
  freeze(host);
  const [took, said] = await timed(within(40, saying));
  stage.figure({ name, value: seconds(took), unit: 's', goal: { atMost: 20 } });
  thaw(host);
  host.release();
  stage.scene.cables[0].cut();
  stage.scene.cables[0].restore();
  if (said === undefined) return ['the run hangs'];
  await saying;
  await host.unlocked();
  return [
    ...ended(said, 4, 'web01', 'stopped answering'),
    ...changed(stage, 1).map(line => `gateway was changed: ${line}`),
  ];
}

const signal = (name: NodeJS.Signals) => (host: LightHost) => {
  for (const pid of processesOf(host.init)) if (pid !== host.init) process.kill(pid, name);
};

/** Fills the disk but for a few kilobytes, or makes room again. */
const disk = (host: LightHost) => join(host.folder, 'disk');
function fill(host: LightHost, kilobytes: number): void {
  const { bavail, bsize } = statfsSync(disk(host));
  const size = bavail * bsize - kilobytes * 1024;
  writeFileSync(join(disk(host), 'filler'), Buffer.alloc(Math.max(0, size)));
}

function leftovers(host: LightHost): readonly string[] {
  return readdirSync(host.upper, { recursive: true, withFileTypes: true })
    .filter(entry => /^\.lvsform\.|^ledger\.json\.|^policy-rc\.d$/.test(entry.name) && entry.isFile())
    .map(entry => `${join(entry.parentPath, entry.name).slice(host.upper.length)} was left on ${host.name}`);
}

/** Faults of hosts and of what leads to them. */
export const hosts: readonly FaultRow[] = [
  {
    fault: 'a host is down at the start: its port is closed',
    holds: 'exit 4 within 11 s, nothing written on any host',
    run: stage => dead(stage, 'refuse', 'closed-host-error'),
  },
  {
    fault: 'a host is down at the start: nobody answers',
    holds: 'exit 4 within 11 s, nothing written on any host',
    run: stage => dead(stage, 'silence', 'dead-host-error'),
  },
  {
    fault: 'a host is frozen in the middle of a step: all its processes are stopped',
    holds: 'exit 4 within 20 s, the host behind it is not touched',
    run: stage => frozen(stage, 'frozen-host-error', signal('SIGSTOP'), signal('SIGCONT')),
  },
  {
    fault: 'the network goes silent in the middle of a step, and nobody is told',
    holds: 'exit 4 within 20 s, the host behind it is not touched',
    run: stage =>
      frozen(
        stage,
        'silent-network-error',
        () => stage.scene.cables[0].silence(),
        () => undefined,
      ),
  },
  {
    fault: 'the disk is full before anything is written',
    holds: 'exit 1 that says so, nothing changed, no temporary file left',
    async run(stage) {
      const [host] = stage.scene.hosts;
      fill(host, 0);
      const said = await inProcess(stage.scene.argv('up'));
      rmSync(join(disk(host), 'filler'));
      const left = changed(stage, 0).filter(
        line => line.startsWith('+ /') && !/^\+ \/var\/lib\/lvsform directory/.test(line),
      );
      return [
        ...ended(said, 1, 'web01', /[Nn]o space left/),
        ...leftovers(host),
        ...left.map(line => `was changed: ${line}`),
      ];
    },
  },
  {
    fault: 'the disk is full when the configuration of a service is written',
    holds: 'the old file stays, no temporary file, no reload: the service goes on as it was',
    async run(stage) {
      const [host] = stage.scene.hosts;
      const load = stepNumber(stage.known, 0, /load-service/);
      const last = Math.max(
        ...(stage.known.logs[0] ?? []).flatMap(line =>
          /^step \d+ lvsform-write-file/.test(line) ? [Number(line.split(' ')[1])] : [],
        ),
      );
      host.hold({ kind: 'step', number: last, when: 'before' });
      const saying = inProcess(stage.scene.argv('up'));
      const early = await held(stage, 0, saying);
      if (early.length > 0) return early;
      fill(host, 0);
      host.release();
      const said = await saying;
      rmSync(join(disk(host), 'filler'));
      const live = host
        .inside("printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 127.0.0.1 8080 | tail -n 1")
        .trim();
      return [
        ...ended(said, 1, 'web01', /[Nn]o space left/, 'nginx.conf'),
        ...leftovers(host),
        ...unless(live === 'old', `nginx serves ${live}`),
        ...unless(!existsSync(join(host.upper, 'etc/nginx/nginx.conf')), 'nginx.conf was changed'),
        ...unless(load < last, 'the step is not the one that was meant'),
        ...changed(stage, 1).map(line => `gateway was changed: ${line}`),
      ];
    },
  },
  {
    fault: 'a host loses power in the middle of a write, and boots again',
    holds: 'the old file is there whole; after the re-run no temporary file is left',
    async run(stage) {
      const [host] = stage.scene.hosts;
      const first = stepNumber(stage.known, 0, /write-file/);
      // The last call takes the temporary file away, the one before moves it into its place.
      const calls = stage.known.logs[0]?.find(line => line.startsWith(`calls ${first} `))?.split(' ')[2];
      host.hold({ kind: 'step', number: first, when: 'during', call: Number(calls) - 1 });
      const saying = inProcess(stage.scene.argv('up'));
      const early = await held(stage, 0, saying);
      if (early.length > 0) return early;
      await host.powerOff();
      stage.scene.cables[0].cut();
      const said = await saying;
      await host.boot();
      return ended(said, 4, 'web01');
    },
  },
  {
    fault: 'a .bashrc that prints half a megabyte of noise, terminal escapes among it',
    holds: 'the run is as without it',
    async run(stage) {
      const [host] = stage.scene.hosts;
      host.inside(
        `printf 'head -c 500000 /dev/urandom; printf "\\\\033]0;title\\\\007 lvsform 0 0\\\\n"\\n' >/root/.bashrc`,
      );
      const said = await inProcess(stage.scene.argv('up'));
      host.inside('cat /etc/skel/.bashrc >/root/.bashrc');
      return [...ended(said, 0), ...unless(!said.text.includes('\u001b'), 'an escape came through')];
    },
  },
  {
    fault: 'the crash of the controller between the write of a configuration and the reload',
    holds: 'the file is new and the service old, and the re-run reloads it',
    async run(stage) {
      const [host] = stage.scene.hosts;
      const writes = (stage.known.logs[0] ?? []).flatMap(line =>
        /^step \d+ lvsform-write-file/.test(line) ? [Number(line.split(' ')[1])] : [],
      );
      host.hold({ kind: 'step', number: Math.max(...writes), when: 'after' });
      const saying = inProcess(stage.scene.argv('up'));
      const early = await held(stage, 0, saying);
      if (early.length > 0) return early;
      stage.scene.cables[0].cut();
      await saying;
      // The edge after the step must find that nobody listens, or the next one begins.
      while (host.listeners() > 0) await new Promise(resolve => setTimeout(resolve, 10));
      host.release();
      await host.unlocked();
      const live = () =>
        host.inside("printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 127.0.0.1 8080 | tail -n 1").trim();
      const file = readFileSync(join(host.upper, 'etc/nginx/nginx.conf'), 'utf8');
      const between = live();
      const again = await inProcess(stage.scene.argv('up'));
      return [
        ...unless(file.includes('"new'), 'the file is not the new one'),
        ...unless(between === 'old', `before the re-run nginx served ${between}`),
        ...ended(again, 0),
        ...unless(live() === 'new', 'the re-run did not reload nginx'),
      ];
    },
  },
];
