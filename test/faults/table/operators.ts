import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asProcess, inProcess } from '../light/lvsform.ts';
import { differences } from '../light/state.ts';
import { changed, ended, type FaultRow, held, stepNumber, timed, touches, unless, within } from './stage.ts';

/** Faults of those who run lvsform: two at once, plans that are old, changes of mind, mistakes. */
export const operators: readonly FaultRow[] = [
  {
    fault: 'two operators at once',
    holds: 'the second gets exit 5 with who and since when, and writes nothing; the first is not disturbed',
    async run(stage) {
      const [host] = stage.scene.hosts;
      host.hold({ kind: 'step', number: stepNumber(stage.known, 0, /write-file/), when: 'before' });
      const first = inProcess(stage.scene.argv('up'));
      const early = await held(stage, 0, first);
      if (early.length > 0) return early;
      const before = touches(stage);
      const second = await inProcess(stage.scene.argv('up'));
      const after = touches(stage);
      host.release();
      return [
        ...ended(second, 5, 'web01', /held by \S+@\S+, process \d+, since \d{4}-/),
        ...stage.scene.hosts.flatMap((one, index) =>
          differences(before[index] ?? new Map(), after[index] ?? new Map()).map(
            line => `the second wrote on ${one.name}: ${line}`,
          ),
        ),
        ...ended(await first, 0),
      ];
    },
  },
  {
    fault: 'a saved plan has gone stale',
    holds: 'exit 1 that names what differs, nothing written',
    async run(stage) {
      const file = join(stage.ground.folder, `plan-${stage.scene.hosts[0].address}.json`);
      const plan = await inProcess(stage.scene.argv('plan', '--out', file));
      stage.scene.hosts[0].inside('echo changed >/etc/motd.d/notes');
      const before = touches(stage);
      const said = await inProcess(stage.scene.argv('up', file));
      const after = touches(stage);
      // What was there before the first run is on record: that shall be what it was.
      stage.scene.hosts[0].inside("printf 'by hand\\n' >/etc/motd.d/notes");
      return [
        ...ended(plan, 0),
        ...ended(said, 1, 'no longer fits', '/etc/motd.d/notes'),
        ...stage.scene.hosts.flatMap((one, index) =>
          differences(before[index] ?? new Map(), after[index] ?? new Map()).map(
            line => `${one.name} was written on: ${line}`,
          ),
        ),
      ];
    },
  },
  {
    fault: 'SIGINT twice',
    holds: 'the second ends the run at once with exit 130, while the step still runs',
    async run(stage) {
      const [host] = stage.scene.hosts;
      host.hold({ kind: 'step', number: stepNumber(stage.known, 0, /write-file/), when: 'during', call: 3 });
      const { child, said: saying } = asProcess(stage.scene.argv('up'));
      const early = await held(stage, 0, saying);
      if (early.length > 0) return early;
      child.kill('SIGINT');
      await sleep(600);
      child.kill('SIGINT');
      const [took, said] = await timed(within(15, saying));
      const stillHeld = host.isHeld();
      host.release();
      await host.unlocked();
      return [
        ...unless(said?.code === 130, `the exit code is ${said?.code}`),
        ...unless(stillHeld, 'the step had ended before'),
        ...unless(took < 5000, `it took ${took} ms`),
      ];
    },
  },
  {
    fault: 'the first of two hosts fails: its new configuration is refused',
    holds:
      'exit 1 with the words of the validator; its old configuration is live; the second host is not touched',
    async run(stage) {
      const [host] = stage.scene.hosts;
      const playbook = join(stage.ground.folder, `broken-${host.address}.yml`);
      writeFileSync(playbook, brokenPlaybook);
      const said = await inProcess([
        'up',
        '--yes',
        '--no-verify',
        '-i',
        stage.scene.inventory,
        '-p',
        playbook,
        '--host',
        'web01',
        '--host',
        'gateway',
      ]);
      const found = [...changed(stage, 0), ...changed(stage, 1)].filter(
        line => !line.includes('/var/lib/lvsform'),
      );
      const down = await inProcess([
        'down',
        '--yes',
        '-i',
        stage.scene.inventory,
        '-p',
        playbook,
        '--host',
        'web01',
        '--host',
        'gateway',
      ]);
      return [
        ...ended(said, 1, 'web01', 'nginx.conf', /unknown directive/),
        ...found.map(line => `was changed: ${line}`),
        ...ended(down, 0),
      ];
    },
  },
];

const brokenPlaybook = `version: 1
name: broken
stages:
  - name: servers
    hosts: [real_server]
    resources:
      - file: { path: /etc/nginx/nginx.conf, content: "nonsense on;\\n", validate: { argv: [nginx, -t, -q, -c, "%s"] } }
      - service: { name: nginx, reload_on: [/etc/nginx/nginx.conf] }
  - name: gateways
    hosts: [gateway]
    resources:
      - file: { path: /etc/motd.d/notes, content: "by lvsform\\n" }
`;
