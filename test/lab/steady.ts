import type { Scene } from './scene.ts';

/** What a client saw of a steady load. */
export interface Steady {
  readonly requests: number;
  /** Those that no page answered with 200 within their patience; how and when. */
  readonly failed: readonly string[];
  /** The longest time between the starts of two requests in a row that were answered, in ms. */
  readonly gap: number;
}

/**
 * Asks a page at a steady pace, each request on a connection of its own, whether or not those before have been answered:
 * a client that waits for its answers asks less just when it matters. One process of Perl with sockets that do not
 * block, for the guests are slow; they have no Time::HiRes, so the clock is asked by its system call (228, clock_gettime). A request fails when its page has not come after `patience` ms.
 */
const text = `use strict; use Socket; use Fcntl;
sub now { my $time = "\\0" x 16; syscall(228, 1, $time); my ($whole, $part) = unpack('qq', $time); $whole + $part / 1e9 }
my ($ip, $port, $pace, $seconds, $patience, $file) = @ARGV;
open(my $mark, '>', $file); close $mark;
sub going { now() - $_[0] < $seconds || -e $file }
my ($begin, $next, $number, %open) = (now(), now(), 0);
my $to = pack_sockaddr_in($port, inet_aton($ip));
sub done { my ($one, $how) = @_; delete $open{$one->{fd}}; printf "%d %d %s\\n", ($one->{at} - $begin) * 1000, (now() - $one->{at}) * 1000, $how; close $one->{socket} }
while (1) {
  my $now = now();
  my $going = going($begin);
  last if !$going && !%open;
  while ($now >= $next && $going) {
    $next += $pace / 1000;
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "no socket: $!\\n";
    fcntl($socket, F_SETFL, O_NONBLOCK);
    connect($socket, $to);
    my $one = { socket => $socket, fd => fileno($socket), at => now(), page => '', asked => 0 };
    $open{$one->{fd}} = $one;
  }
  my ($read, $write) = ('', '');
  for my $one (values %open) { if ($one->{asked}) { vec($read, $one->{fd}, 1) = 1 } else { vec($write, $one->{fd}, 1) = 1 } }
  my $wait = $next - now(); $wait = 0.05 if $wait < 0 || $wait > 0.05;
  select($read, $write, undef, $wait);
  $now = now();
  for my $one (values %open) {
    if (!$one->{asked} && vec($write, $one->{fd}, 1)) {
      my $error = unpack 'i', getsockopt($one->{socket}, SOL_SOCKET, SO_ERROR);
      if ($error) { $! = $error; done($one, "$!"); next }
      $one->{asked} = 1;
      syswrite $one->{socket}, "GET / HTTP/1.1\\r\\nHost: $ip\\r\\nConnection: close\\r\\n\\r\\n";
    } elsif ($one->{asked} && vec($read, $one->{fd}, 1)) {
      my $count = sysread $one->{socket}, $one->{page}, 4096, length $one->{page};
      if (!defined $count) { done($one, "$!") unless $!{EAGAIN}; next }
      done($one, $one->{page} =~ m{^HTTP/1.. 200 .*\\r\\n\\r\\n.}s ? 'ok' : 'no page') if $count == 0;
      next;
    }
    done($one, $one->{asked} ? 'no answer' : 'no connection') if exists $open{$one->{fd}} && $now - $one->{at} > $patience / 1000;
  }
}
`;

/** Asks `http://ADDRESS/` from a host of the lab every `pace` ms until `work` is done, and for at least `seconds`. */
export async function steady(
  scene: Scene,
  from: string,
  address: string,
  { pace, seconds, patience = 2000 }: { pace: number; seconds: number; patience?: number },
  work: () => Promise<void>,
): Promise<Steady> {
  const file = '/run/steady';
  const words = [address, 80, pace, seconds, patience, file].join(' ');
  const asking = scene.on(from, `perl - ${words} <<'PERL'\n${text}PERL`);
  await new Promise(resolve => setTimeout(resolve, 1500));
  try {
    await work();
  } finally {
    await scene.on(from, `sleep 1; rm -f ${file}`);
  }
  const { stdout, stderr, code } = await asking;
  if (code !== 0) throw new Error(`the load did not run: ${stderr}`);
  return parse(stdout);
}

function parse(stdout: string): Steady {
  const rows = stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [at = '', took = '', ...how] = line.split(' ');
      return { at: Number(at), took: Number(took), how: how.join(' ') };
    })
    .sort((a, b) => a.at - b.at);
  const good = rows.filter(({ how }) => how === 'ok').map(({ at }) => at);
  const gaps = good.map((at, index) => at - (good[index - 1] ?? at));
  return {
    requests: rows.length,
    failed: rows
      .filter(({ how }) => how !== 'ok')
      .map(({ at, took, how }) => `${at} ms: ${how} after ${took} ms`),
    gap: Math.max(0, ...gaps),
  };
}
