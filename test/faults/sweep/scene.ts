import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cable } from '../light/cable.ts';
import { canaries, type Ground, type LayerFile } from '../light/ground.ts';
import { LightHost } from '../light/host.ts';

/** What an administrator had on the hosts before lvsform came: a web server that works, files, an address, a rule. */
export const layerFiles: readonly LayerFile[] = [
  { path: '/etc/nginx/nginx.conf', content: nginxConf('old') },
  { path: '/etc/motd.d/notes', content: 'by hand\n', mode: 0o640 },
];

const boot = `/etc/init.d/nginx start
sysctl -q net.ipv4.tcp_fin_timeout=45
iptables-legacy -A INPUT -p tcp --dport 9999 -m comment --comment byhand -j ACCEPT
`;

/** A configuration of nginx that answers with a word. */
export function nginxConf(word: string): string {
  return `user www-data;
worker_processes 1;
pid /run/nginx.pid;
events { worker_connections 64; }
http {
  access_log off;
  server { listen 8080; location / { return 200 "${word}\\n"; } }
}
`;
}

/** Two hosts with what leads to them, and an inventory of them: one entered as root, one by sudo with a password. */
export interface SweepScene {
  readonly hosts: readonly [server: LightHost, gateway: LightHost];
  readonly cables: readonly [Cable, Cable];
  readonly inventory: string;
  readonly playbook: string;
  /** The command line of a verb; `more` comes at its end. */
  readonly argv: (verb: 'up' | 'plan' | 'down', ...more: readonly string[]) => readonly [string, ...string[]];
  start(): Promise<void>;
  stop(): Promise<void>;
  end(): Promise<void>;
}

/** Services whose state counts. */
export const services = ['nginx', 'lvsform-rs', 'lvsform-gateway'];

/** Makes the scene number `lane`, from 1; its hosts are not started. */
export async function makeScene(ground: Ground, lane: number): Promise<SweepScene> {
  const bridge = `br${lane}`;
  const at = (number: number) => `10.77.${lane}.${number}`;
  execFileSync('ip', ['-batch', '-'], {
    input: `link add ${bridge} type bridge forward_delay 0 stp_state 0 mcast_snooping 0
addr add ${at(1)}/24 dev ${bridge}
link set ${bridge} up
`,
  });
  const server = new LightHost(ground, { name: 'web01', address: at(11), bridge, boot });
  const gateway = new LightHost(ground, { name: 'gateway', address: at(12), bridge, boot });
  const cables = [await Cable.open(at(11)), await Cable.open(at(12))] as const;
  const known = join(ground.folder, `known_hosts-${lane}`);
  writeFileSync(known, cables.map(({ port }) => `[127.0.0.1]:${port} ${ground.hostKey}\n`).join(''));
  const inventory = join(ground.folder, `inventory-${lane}.yml`);
  writeFileSync(
    inventory,
    inventoryText({ at, ports: [cables[0].port, cables[1].port], identity: ground.identity, known }),
  );
  const playbook = join(ground.folder, 'full.yml');
  writeFileSync(playbook, playbookText);
  const hosts = [server, gateway] as const;
  return {
    hosts,
    cables,
    inventory,
    playbook,
    argv: (verb, ...more) => [
      verb,
      ...(verb === 'up' ? ['--yes', '--no-verify'] : verb === 'down' ? ['--yes'] : []),
      ...['-i', inventory, '-p', playbook, '--host', 'web01', '--host', 'gateway'],
      ...more,
    ],
    start: async () => {
      for (const cable of cables) cable.restore();
      await Promise.all(hosts.map(host => host.start()));
    },
    stop: async () => {
      for (const cable of cables) cable.cut();
      await Promise.all(hosts.map(host => host.stop()));
    },
    end: async () => {
      for (const cable of cables) cable.close();
      await Promise.all(hosts.map(host => host.stop()));
    },
  };
}

function inventoryText(of: {
  at: (number: number) => string;
  ports: readonly [number, number];
  identity: string;
  known: string;
}): string {
  const { at, ports, identity, known } = of;
  return `version: 1
name: light
ssh:
  user: root
  host: 127.0.0.1
  identity_file: ${identity}
  known_hosts_file: ${known}
hosts:
  lvs01: { roles: [director], interfaces: { eth0: ${at(10)}/24 }, ssh: { host: ${at(10)} } }
  web01:
    roles: [real_server]
    interfaces: { eth0: ${at(11)}/24 }
    ssh: { port: ${ports[0]} }
  gateway:
    roles: [gateway]
    interfaces: { eth0: ${at(12)}/24, eth1: 10.88.0.1/24 }
    ssh: { port: ${ports[1]}, user: admin, become: { method: sudo, password: "${canaries.sudo}" } }
director: { mode: keepalived }
vips: { web: { address: ${at(240)}/24 } }
vrrp: { web: { virtual_router_id: 55, auth_pass: "${canaries.vrrp}" } }
services:
  http: { vip: web, port: 80, method: DR, real_servers: { web01: {} } }
gateway:
  masquerade: [{ network: ${at(0)}/24, interface: eth1 }]
`;
}

/** Every kind that needs no IPVS, each once: on the first host, and on the gateway, which follows in a stage of its own. */
const playbookText = `version: 1
name: full
stages:
  - name: servers
    hosts: [real_server]
    roles: [real_server]
    resources:
      - package: { name: make }
      - kernel-module: { name: tcp_cubic }
      - directory: { path: /srv/site, owner: www-data, group: www-data, mode: "0750" }
      - file: { path: /srv/site/index.html, content: "{{host.name}}\\n", owner: www-data, group: www-data, mode: "0640" }
      - file: { path: /etc/motd.d/notes, content: "by lvsform\\n", mode: "0644" }
      - file: { path: /etc/motd.d/old, state: absent }
      - command: { name: web-user, run: [useradd, --system, web], unless: [id, web], undo: [userdel, web] }
      - route: { to: 10.98.0.0/16, interface: eth0 }
      - file:
          path: /etc/nginx/nginx.conf
          content: |
${nginxConf('new').replace(/^/gm, '            ').trimEnd()}
          validate: { argv: [nginx, -t, -q, -c, "%s"] }
      - service: { name: nginx, reload_on: [/etc/nginx/nginx.conf] }
  - name: gateways
    hosts: [gateway]
    roles: [gateway]
    resources:
      - file: { path: /etc/motd.d/notes, content: "by lvsform\\n", mode: "0644" }
`;
