import type { Scene } from './scene.ts';

/**
 * Everything of a host that lvsform could have touched, as text: the file tree (sums of what is configuration, sizes of
 * the rest), sysctls, addresses, routes, iptables and IPVS tables, units. Left out is what changes by itself or
 * is the package manager's own book-keeping: what packages leave behind when they are purged or were started once (nginx its first
 * page in /var/www, and folders for requests), units that are somebody's login, the sysctls that the kernel computes at boot from the memory that it finds, those of connection tracking,
 * whose module stays once it was used.
 */
const text = `export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
prune='-path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/log -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path /var/lib/ucf -o -path /var/www -o -path /var/lib/nginx/body -o -path /var/lib/nginx/fastcgi -o -path /var/lib/nginx/proxy -o -path /var/lib/nginx/scgi -o -path /var/lib/nginx/uwsgi -o -path /root/.ssh -o -path /lost+found -o -path /etc/ld.so.cache -o -path /etc/.pwd.lock'
echo '## files'
find / -xdev \\( $prune \\) -prune -o \\( -type d -printf '%y %m %u:%g %p\\n' -o -printf '%y %m %u:%g %s %p %l\\n' \\) | sort -k4
echo '## sums'
find /etc /usr/local /opt /root /var/lib /var/www -xdev \\( $prune \\) -prune -o -type f -print0 2>/dev/null | xargs -0 sha256sum | sort -k2
echo '## sysctls'
sysctl -a 2>/dev/null | grep -vE '^(fs\\.(dentry|inode|file|quota|aio|epoll)|kernel\\.(random|ns_last_pid|pty\\.nr|tainted|threads-max)|net\\.netfilter|net\\.nf_conntrack|net\\.ipv4\\.(inet_peer|tcp_ehash|tcp_max_(orphans|tw)|(tcp|udp)_.?mem)|net\\.ipv4\\.vs\\.sync_qlen_max|user\\.max|vm\\.)' | sort
echo '## addresses'
ip -o addr show | sed 's/ valid_lft.*//' | sort
echo '## routes'
ip route show table all; ip -6 route show table all | grep -v cache
echo '## iptables'
for v in iptables ip6tables; do for t in $(cat /proc/net/ip_tables_names /proc/net/ip6_tables_names 2>/dev/null | sort -u); do command -v $v-save >/dev/null && $v-save -t $t 2>/dev/null | grep '^-A'; done; done
echo '## ipvs'
[ -e /proc/net/ip_vs ] && grep -vE '^(IP|Prot|  ->.RemoteAddress)' /proc/net/ip_vs
echo '## units'
units=$(systemctl list-unit-files --no-legend --no-pager) || { sleep 5; units=$(systemctl list-unit-files --no-legend --no-pager) || exit 1; }
printf '%s\\n' "$units" | awk '$2 != "transient" {print $1, $2}' | sort
:`;

/** Snapshots of hosts, by name. */
export async function snapshots(
  scene: Scene,
  hosts: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const taken = await Promise.all(
    hosts.map(async (host): Promise<[string, string]> => {
      const { code, stdout, stderr } = await scene.on(host, text);
      if (code !== 0) throw new Error(`no snapshot of ${host}: ${stderr}`);
      return [host, stdout];
    }),
  );
  return new Map(taken);
}

/** The lines that only one of two snapshots has, `-` before and `+` after, by host; empty when the hosts are as they were. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...before].flatMap(([host, text]) => {
    const [old, now] = [new Set(text.split('\n')), new Set((after.get(host) ?? '').split('\n'))];
    return [
      ...[...old].filter(line => !now.has(line)).map(line => `${host} - ${line}`),
      ...[...now].filter(line => !old.has(line)).map(line => `${host} + ${line}`),
    ];
  });
}

/** Inode and mtime of every file of configuration: what a run that changes nothing leaves as it is. */
export async function touched(scene: Scene, hosts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const find =
    "find /etc /usr/local /var/lib/lvsform /var/www -xdev -printf '%i %T@ %C@ %p\\n' 2>/dev/null | sort; :";
  const taken = await Promise.all(
    hosts.map(async (host): Promise<[string, string]> => [host, (await scene.on(host, find)).stdout]),
  );
  return new Map(taken);
}
