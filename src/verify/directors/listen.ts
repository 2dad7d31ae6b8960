import { type Command, type Result, script } from '../../model/command.ts';
import { Problem } from '../../model/problem.ts';

/** Somebody on a segment who says that it is a virtual router (RFC 3768, RFC 5798). */
export interface Sender {
  readonly interface: string;
  readonly ip: string;
  readonly virtualRouterId: number;
  readonly priority: number;
}

/** Somebody on a segment who answers ARP for an address. */
export interface Answerer {
  readonly interface: string;
  readonly ip: string;
  readonly mac: string;
}

/** What was heard in a while. */
export interface Heard {
  readonly senders: readonly Sender[];
  readonly answerers: readonly Answerer[];
  /** Nothing on the host can listen. */
  readonly deaf: boolean;
}

/**
 * Listens for VRRP (IP protocol 112) on interfaces, by sockets of packet(7): what the host's own filter drops is heard
 * too, a filter of the kernel's own (bpf) lets nothing else through, and the multicast groups are joined. Meanwhile it
 * asks by ARP for addresses as who has none of its own does (RFC 5227: the sender is 0.0.0.0, so no table of anybody's
 * is changed). Nothing is written. Perl is on every Debian, Python on every host with dnf; where only tcpdump is, ARP
 * is not asked.
 */
export function listen(
  seconds: number,
  interfaces: readonly string[],
  asked: readonly { readonly interface: string; readonly ip: string }[],
): Command {
  const questions = asked.flatMap(each => [each.interface, each.ip]);
  const words = [String(seconds), String(interfaces.length), ...interfaces, ...questions];
  return { argv: script('listen-on-segment', text, ...words), label: 'listen for virtual routers' };
}

/** Reads what was heard. */
export function parseHeard({ code, stdout, stderr }: Result): Heard {
  const lines = stdout.split('\n').filter(line => line !== '');
  if (code !== 0 || lines.at(-1) !== 'end') {
    throw new Problem('the segment could not be listened to', { why: stderr.trim() || 'the answer was cut' });
  }
  const rows = [...new Set(lines)].map(line => line.split(' '));
  return {
    senders: rows.flatMap(([word, name = '', ip = '', id, priority]) =>
      word === 'vrrp'
        ? [{ interface: name, ip, virtualRouterId: Number(id), priority: Number(priority) }]
        : [],
    ),
    answerers: rows.flatMap(([word, name = '', ip = '', mac = '']) =>
      word === 'arp' ? [{ interface: name, ip, mac }] : [],
    ),
    deaf: rows.some(([word]) => word === 'deaf'),
  };
}

const perl = `use strict; use Socket;
my ($seconds, $count) = splice(@ARGV, 0, 2);
my @names = splice(@ARGV, 0, $count);
my (%sockets, %said, @questions);
sub said { $said{$_[0]}++ or print "$_[0]\\n" }
sub of { open(my $file, '<', "/sys/class/net/$_[0]/$_[1]") or return; my $line = <$file>; chomp $line; $line }
sub at { pack('S n i S C C a8', 17, $_[1], $_[0], 0, 0, 6, $_[2] // '') }
sub tap {
  my ($name, $type, $next, $group) = @_;
  my $index = of($name, 'ifindex') or return;
  socket(my $socket, 17, 2, 0) or die "no socket: $!\\n";
  if (defined $next) {
    my $filter = pack('(SCCL)4', 0x30, 0, 0, $next, 0x15, 0, 1, 112, 0x06, 0, 0, 65535, 0x06, 0, 0, 0);
    setsockopt($socket, 1, 26, pack('S x![J] P', 4, $filter)) or die "no filter: $!\\n";
    setsockopt($socket, 263, 1, pack('i S S a8', $index, 0, 6, $group));
  }
  bind($socket, at($index, $type)) or die "no bind: $!\\n";
  $sockets{fileno $socket} = [$socket, $name, $type];
  return ($socket, $index);
}
for my $name (@names) {
  tap($name, 0x0800, 9, pack('H*', '01005e000012'));
  tap($name, 0x86dd, 6, pack('H*', '333300000012'));
}
while (my ($name, $ip) = splice(@ARGV, 0, 2)) {
  my ($socket, $index) = tap($name, 0x0806) or next;
  my $mac = pack('H12', of($name, 'address') =~ s/://gr);
  my $ask = pack('n n C C n a6 a4 a6 a4', 1, 0x0800, 6, 4, 1, $mac, '', '', inet_aton($ip));
  push @questions, sub { send($socket, $ask, 0, at($index, 0x0806, "\\xff" x 6)) };
}
my $clock = eval { require Time::HiRes; \\&Time::HiRes::time } || sub { time };
my ($end, $again) = ($clock->() + $seconds, 0);
while ((my $left = $end - $clock->()) > 0) {
  $_->() for $again++ < 3 ? @questions : ();
  my $bits = '';
  vec($bits, $_, 1) = 1 for keys %sockets;
  select(my $ready = $bits, undef, undef, $left < 0.5 ? $left : 0.5) > 0 or next;
  for my $number (grep { vec($ready, $_, 1) } keys %sockets) {
    my ($socket, $name, $type) = @{$sockets{$number}};
    defined recv($socket, my $packet, 2048, 0) or next;
    if ($type == 0x0806) {
      my ($op, $mac, $ip) = unpack('x6 n H12 a4', $packet);
      said("arp $name " . inet_ntoa($ip) . ' ' . join(':', $mac =~ /../g)) if $op == 2;
    } else {
      my $four = $type == 0x0800;
      my ($id, $priority) = unpack('x C C', substr($packet, $four ? 4 * (ord($packet) & 15) : 40));
      my $from = $four ? inet_ntoa(substr($packet, 12, 4)) : Socket::inet_ntop(Socket::AF_INET6, substr($packet, 8, 16));
      said("vrrp $name $from $id $priority");
    }
  }
}
`;

const python = `import ctypes, select, socket, struct, sys, time
seconds, count = float(sys.argv[1]), int(sys.argv[2])
names, rest = sys.argv[3:3 + count], sys.argv[3 + count:]
sockets, said, questions = {}, set(), []
def tell(line):
    if line not in said:
        said.add(line)
        print(line)
def tap(name, kind, after=None, group=None):
    try:
        index = socket.if_nametoindex(name)
    except OSError:
        return None
    tapped = socket.socket(17, socket.SOCK_DGRAM, 0)
    if after is not None:
        rows = [(0x30, 0, 0, after), (0x15, 0, 1, 112), (6, 0, 0, 65535), (6, 0, 0, 0)]
        code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *row) for row in rows))
        tapped.setsockopt(1, 26, struct.pack('HP', 4, ctypes.addressof(code)))
        tapped.setsockopt(263, 1, struct.pack('iHH8s', index, 0, 6, bytes.fromhex(group)))
    tapped.bind((name, kind))
    sockets[tapped] = (name, kind)
    return tapped
for name in names:
    tap(name, 0x0800, 9, '01005e000012')
    tap(name, 0x86dd, 6, '333300000012')
for name, ip in zip(rest[::2], rest[1::2]):
    tapped = tap(name, 0x0806)
    if tapped is None:
        continue
    mac = bytes.fromhex(open('/sys/class/net/%s/address' % name).read().strip().replace(':', ''))
    ask = struct.pack('!HHBBH6s4s6s4s', 1, 0x0800, 6, 4, 1, mac, b'', b'', socket.inet_aton(ip))
    questions.append((tapped, ask, (name, 0x0806, 0, 0, b'\\xff' * 6)))
end, again = time.time() + seconds, 0
while time.time() < end:
    for tapped, ask, to in questions if again < 3 else []:
        tapped.sendto(ask, to)
    again += 1
    for tapped in select.select(list(sockets), [], [], min(0.5, max(0, end - time.time())))[0]:
        packet, (name, kind) = tapped.recv(2048), sockets[tapped]
        if kind == 0x0806:
            if packet[6:8] == b'\\0\\2':
                mac = ':'.join('%02x' % byte for byte in packet[8:14])
                tell('arp %s %s %s' % (name, socket.inet_ntoa(packet[14:18]), mac))
            continue
        four = kind == 0x0800
        at = 4 * (packet[0] & 15) if four else 40
        ip = socket.inet_ntoa(packet[12:16]) if four else socket.inet_ntop(socket.AF_INET6, packet[8:24])
        tell('vrrp %s %s %d %d' % (name, ip, packet[at + 1], packet[at + 2]))
`;

const text = `export LC_ALL=C
python=
for name in python3 /usr/libexec/platform-python; do
  command -v "$name" >/dev/null && { python=$name; break; }
done
if command -v perl >/dev/null; then
  perl - "$@" <<'PERL' || exit 1
${perl}PERL
elif [ -n "$python" ]; then
  "$python" - "$@" <<'PYTHON' || exit 1
${python}PYTHON
elif command -v tcpdump >/dev/null; then
  seconds=$((\${1%.*} + 1)) count=$2
  shift 2
  while [ "$count" -gt 0 ]; do
    timeout "$seconds" tcpdump -lnt -i "$1" 'ip proto 112 or ip6 proto 112' 2>/dev/null |
      sed -n -E "s/^IP6? ([^ ]+) > .*vrid ([0-9]+), prio ([0-9]+).*/vrrp $1 \\1 \\2 \\3/p" &
    shift
    count=$((count - 1))
  done
  wait
else echo deaf
fi
echo end
`;
