import type { Scene } from './scene.ts';

/** When a host held a labelled address, as it saw it every 10 ms. */
export interface Watched {
  readonly samples: number;
  /** The longest time between two samples, in ms: what lasted less may have been missed. */
  readonly coarsest: number;
  /** Seconds since 1970 at which it began or ceased to hold it; the first tells the state at the start. */
  readonly changes: readonly { readonly at: number; readonly holds: boolean }[];
}

/**
 * Asks the kernel for the address of a label (SIOCGIFADDR 0x8915, netdevice(7)) every 10 ms; the clock by its system call
 * (228, clock_gettime), for the guests' Perl has no Time::HiRes. It ends when its file is gone.
 */
const text = `use strict; use Socket;
sub now { my $time = "\\0" x 16; syscall(228, 0, $time); my ($whole, $part) = unpack('qq', $time); $whole + $part / 1e9 }
my ($label, $file) = @ARGV;
open(my $mark, '>', $file); close $mark;
socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "$!\\n";
my ($count, $last, $state, $coarsest) = (0, now(), '', 0);
while (-e $file) {
  my $request = pack('a16 x256', $label);
  my $holds = defined ioctl($socket, 0x8915, $request) ? 1 : 0;
  my $at = now();
  $coarsest = $at - $last if $at - $last > $coarsest;
  ($last, $count) = ($at, $count + 1);
  if ($holds ne $state) { printf "change %.4f %d\\n", $at, $holds; $state = $holds }
  select(undef, undef, undef, 0.01);
}
printf "done %d %d\\n", $count, $coarsest * 1000;
`;

/** Watches on several hosts at once while `work` is done. */
export async function watchOwners(
  scene: Scene,
  hosts: readonly string[],
  label: string,
  work: () => Promise<void>,
): Promise<ReadonlyMap<string, Watched>> {
  const file = '/run/owner-watch';
  const watching = hosts.map(host => scene.on(host, `perl - ${label} ${file} <<'PERL'\n${text}PERL`));
  await new Promise(resolve => setTimeout(resolve, 3000));
  try {
    await work();
  } finally {
    await Promise.all(hosts.map(host => scene.on(host, `rm -f ${file}`)));
  }
  const ended = await Promise.all(watching);
  return new Map(hosts.map((host, index) => [host, parse(host, ended[index]?.stdout ?? '')]));
}

function parse(host: string, stdout: string): Watched {
  const rows = stdout.split('\n').map(line => line.split(' '));
  const done = rows.find(([word]) => word === 'done');
  if (done === undefined) throw new Error(`${host} was not watched to the end: ${stdout}`);
  return {
    samples: Number(done[1]),
    coarsest: Number(done[2]),
    changes: rows
      .filter(([word]) => word === 'change')
      .map(([, at, holds]) => ({ at: Number(at), holds: holds === '1' })),
  };
}
