import { inProcess } from '../light/lvsform.ts';
import { changed, ended, type FaultRow, unless } from './stage.ts';

const edits = `echo 'by somebody' >/srv/site/index.html
chmod 0600 /etc/motd.d/notes
sed -i 's/new/changed/' /etc/nginx/nginx.conf
ip addr del "$1" dev lo
ip route del 10.98.0.0/16
echo 0 >/proc/sys/net/ipv4/conf/lo/arp_ignore
`;

const drifted = [
  '/srv/site/index.html',
  '/etc/motd.d/notes',
  '/etc/nginx/nginx.conf',
  '10.98.0.0/16',
  'net.ipv4.conf.lo.arp_ignore',
];

/** What people do on hosts by hand. */
export const hands: readonly FaultRow[] = [
  {
    fault: 'live edits by hand: files, a mode, an address, a route, a rule, a sysctl',
    holds:
      'plan shows each of them and exits 2; up repairs them all, and keeps a copy of each file that was edited',
    async run(stage) {
      const [host] = stage.scene.hosts;
      const vip = host.address.replace(/11$/, '240/32');
      const first = await inProcess(stage.scene.argv('up'));
      host.inside(edits, vip);
      stage.scene.hosts[1].inside('iptables-legacy -t nat -F POSTROUTING');
      const plan = await inProcess(stage.scene.argv('plan', '--detailed-exitcode'));
      const up = await inProcess(stage.scene.argv('up'));
      const copies = host.inside('cd /var/lib/lvsform/edited && ls && stat -c %a . ./* && cat ./*');
      return [
        ...ended(first, 0),
        ...ended(up, 0),
        ...['srv%site%index.html.', 'etc%nginx%nginx.conf.', 'by somebody', '700\n600\n600\n']
          .filter(text => !copies.includes(text))
          .map(text => `no copy has ${text}: ${copies}`),
        ...unless(!copies.includes('notes'), `a file whose mode alone was changed is copied: ${copies}`),
        ...unless(plan.code === 2, `plan exits ${plan.code}: ${plan.text.slice(-400)}`),
        ...[...drifted, vip, 'iptables/4/nat/POSTROUTING']
          .filter(name => !plan.text.includes(name))
          .map(name => `plan does not show ${name}`),
      ];
    },
  },
  {
    fault: 'foreign files, rules, addresses and sysctls stand beside what lvsform makes',
    holds: 'up and down leave them, and after down all is as it was before up',
    async run(stage) {
      const [host] = stage.scene.hosts;
      const foreign = `echo foreign >/srv/foreign; ip addr add 10.99.0.9/32 dev lo
iptables-legacy -I INPUT -p udp --dport 53 -m comment --comment foreign -j ACCEPT
mkdir -p /etc/sysctl.d; echo net.ipv4.ip_default_ttl=65 >/etc/sysctl.d/10-foreign.conf`;
      host.inside(foreign);
      const before = changed(stage, 0);
      const up = await inProcess(stage.scene.argv('up'));
      const there = changed(stage, 0);
      const down = await inProcess(stage.scene.argv('down'));
      const after = changed(stage, 0);
      host.inside(`rm /srv/foreign /etc/sysctl.d/10-foreign.conf; ip addr del 10.99.0.9/32 dev lo
iptables-legacy -D INPUT -p udp --dport 53 -m comment --comment foreign -j ACCEPT`);
      return [
        ...ended(up, 0),
        ...before
          .filter(line => line.startsWith('+') && !there.includes(line))
          .map(line => `up took away ${line}`),
        ...ended(down, 0),
        ...before.filter(line => !after.includes(line)).map(line => `after down is missing ${line}`),
        ...after.filter(line => !before.includes(line)).map(line => `down left ${line}`),
      ];
    },
  },
];
