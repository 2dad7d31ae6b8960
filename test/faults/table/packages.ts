import { spawn } from 'node:child_process';
import { childrenOf, type LightHost } from '../light/host.ts';
import { inProcess } from '../light/lvsform.ts';
import { ended, type FaultRow, timed, unless } from './stage.ts';

/** Holds dpkg's lock as another program would; fcntl(2) locks are what dpkg and apt take. */
async function lockDpkg(host: LightHost, seconds: number): Promise<() => void> {
  const text = `use Fcntl; open(F, '+>', $ARGV[0]) or die; my $l = pack('s s l! l! i', F_WRLCK, 0, 0, 0, 0);
fcntl(F, F_SETLK, $l) or die; $| = 1; print "locked\\n"; sleep $ARGV[1]`;
  const enter = ['-t', String(host.init), '-m', '-p', '-n', '-u', '-i', '-r', '-w'];
  const child = spawn(
    'nsenter',
    [...enter, 'perl', '-e', text, '/var/lib/dpkg/lock-frontend', String(seconds)],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  await new Promise<void>(resolve => child.stdout.once('data', () => resolve()));
  // nsenter waits for the process that holds it.
  return () => {
    for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGKILL');
  };
}

/** Faults of the package manager. */
export const packages: readonly FaultRow[] = [
  {
    fault: "dpkg's lock is held for 5 s",
    holds: 'the run waits and goes on',
    async run(stage) {
      const [host] = stage.scene.hosts;
      const release = await lockDpkg(host, 5);
      const [took, said] = await timed(inProcess(stage.scene.argv('up')));
      release();
      return [...ended(said, 0), ...unless(took > 4000, 'it did not wait')];
    },
  },
  {
    fault: "dpkg's lock is held for ever",
    holds: 'exit 1 after a bounded wait, and the words name the holder',
    slow: true,
    async run(stage) {
      const [host] = stage.scene.hosts;
      const release = await lockDpkg(host, 1000);
      const [took, said] = await timed(inProcess(stage.scene.argv('up')));
      release();
      return [
        ...ended(said, 1, 'web01', /process \d+ \(perl\)|\bperl\b/),
        ...unless(took < 200_000, `it took ${took} ms`),
      ];
    },
  },
  {
    fault: 'dpkg was interrupted',
    holds: 'the run mends it and goes on',
    async run(stage) {
      const [host] = stage.scene.hosts;
      // What is left when dpkg is killed between unpacking and configuring.
      host.inside(
        'dpkg --unpack /opt/lab-packages/make_*.deb >/dev/null 2>&1; cp /var/lib/dpkg/status /var/lib/dpkg/updates/0001; :',
      );
      host.inside(
        `awk '/^Package: make$/,/^$/' /var/lib/dpkg/status >/var/lib/dpkg/updates/0001; chmod 644 /var/lib/dpkg/updates/0001`,
      );
      const audit = host.inside('dpkg --audit; :');
      const said = await inProcess(stage.scene.argv('up'));
      return [...unless(audit.includes('make'), 'dpkg was not interrupted'), ...ended(said, 0)];
    },
  },
];
