import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { layGround } from '../../faults/light/ground.ts';
import { LightHost } from '../../faults/light/host.ts';
import { program } from '../../program.ts';
import { namesIn, secrets } from './secrets.ts';

/*
 * In namespaces of its own (test/faults/light/namespace.ts): feeds a secret of each kind to real hosts by the real command
 * line, reads every place into which one could get, and prints a line of JSON for each: `{ sink, leaks, read }`, where
 * `read` says that what must be found there was.
 */
const { values } = parseArgs({ options: { image: { type: 'string' } } });

const hashOf = (password: string) =>
  execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
const keepalived = (pass: string, more = '') => `vrrp_instance front {
  interface eth0
  virtual_router_id 51
  priority 100
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass ${pass}
  }
  ${more}
  virtual_ipaddress { 10.77.1.240/24 }
}
`;

const ground = layGround(values.image ?? '', [
  { path: '/etc/keepalived/keepalived.conf', content: keepalived(secrets.before), mode: 0o600 },
  {
    path: '/etc/ssh/faults_sshd_config',
    content: `Port 22
HostKey /etc/ssh/faults_host_key
PermitRootLogin yes
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
StrictModes no
PidFile none
LogLevel DEBUG3
AuthorizedKeysFile /etc/ssh/faults_authorized_keys
`,
  },
  {
    path: '/etc/sudoers.d/lab',
    content: 'Defaults logfile=/var/log/sudo.log, log_host, loglinelen=0\nadmin ALL=(ALL:ALL) ALL\n',
    mode: 0o440,
  },
]);
const folder = ground.folder;
const temp = join(folder, 'tmp');
mkdirSync(temp);
execFileSync('ip', ['-batch', '-'], {
  input: 'link add br1 type bridge forward_delay 0\naddr add 10.77.1.1/24 dev br1\nlink set br1 up\n',
});
const boot = `printf '%s\\n' 'root:${hashOf(secrets.ssh)}' 'admin:${hashOf(secrets.become)}' | chpasswd -e`;
const one = new LightHost(ground, { name: 'lvs01', address: '10.77.1.11', bridge: 'br1', boot });
const two = new LightHost(ground, { name: 'lvs02', address: '10.77.1.12', bridge: 'br1', boot });
const hosts = [one, two];
await Promise.all(hosts.map(host => host.start()));

const file = (name: string, text: string, mode = 0o600): string => {
  writeFileSync(join(folder, name), text, { mode });
  return join(folder, name);
};
const known = file('known', hosts.map(({ address }) => `${address} ${ground.hostKey}\n`).join(''));
execFileSync('ssh-keygen', ['-q', '-p', '-N', secrets.passphrase, '-f', ground.identity]);
for (const name of ['ssh', 'become', 'passphrase', 'vrrp'] as const)
  file(`secret-${name}`, `${secrets[name]}\n`);
file('secret-wrong', `${secrets.wrong}\n`);
file('print-vrrp', `#!/bin/sh\ncat '${join(folder, 'secret-vrrp')}'\n`, 0o700);

const inventory = (become = 'secret-become'): string =>
  file(
    'inventory.yml',
    `version: 1
name: canary
ssh: { known_hosts_file: ${known}, timeout: 30 }
hosts:
  lvs01:
    roles: [director]
    priority: 150
    interfaces: { eth0: 10.77.1.11/24 }
    ssh: { user: root, password: { file: secret-ssh } }
  lvs02:
    roles: [director]
    interfaces: { eth0: 10.77.1.12/24 }
    ssh:
      user: admin
      identity_file: ${ground.identity}
      identity_passphrase: { env: CANARY_PASSPHRASE }
      become: { method: sudo, password: { file: ${become} } }
  web01: { roles: [real_server], interfaces: { eth0: 10.77.1.21/24 } }
director: { mode: keepalived }
vips: { front: { address: 10.77.1.240/24 } }
vrrp: { front: { virtual_router_id: 51, vips: [front], auth_pass: { command: [${join(folder, 'print-vrrp')}] } } }
services: { http: { vip: front, port: 80, real_servers: [web01] } }
`,
  );

/** The configuration that a role writes, with more that its validator may refuse, and a step that says what it should not. */
const playbook = (more = '', last = ''): string =>
  file(
    'playbook.yml',
    `version: 1
name: canary
stages:
  - name: all
    hosts: [director]
    resources:
      - file:
          path: /etc/keepalived/keepalived.conf
          mode: "0600"
          content: |
${keepalived(secrets.vrrp, more).replace(/^/gm, '            ').trimEnd()}
          conceal: [auth_pass]
          validate: { argv: [sh, -c, 'sleep 0.3; cat "$1" >&2; exec keepalived -t -f "$1"', check, "%s"] }
      - file: { path: /etc/marker-of-a-file, content: "made\\n" }
${last}`,
  );

const sampled = { argv: '', environment: '', mine: '', modes: new Set<string>() };

/** Reads every process of the hosts, those of lvsform here, and files that are being written. */
function sample(): void {
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const remote = readlinkSync(`/proc/${pid}/ns/uts`) !== here;
      if (remote) {
        sampled.argv += `${argv}\n`;
        sampled.environment += `${readFileSync(`/proc/${pid}/environ`, 'utf8')}\n`;
      } else if (argv.includes(program[1])) sampled.mine += `${argv}\n`;
    } catch {
      // It has ended.
    }
  }
  for (const host of hosts) {
    for (const place of ['etc/keepalived', 'var/lib/lvsform', 'etc']) {
      const path = join(host.upper, place);
      for (const name of existsSync(path) ? readdirSync(path) : []) {
        if (!/^(\.lvsform|ledger\.json)/.test(name)) continue;
        try {
          const mode = (statSync(join(path, name)).mode & 0o777).toString(8);
          sampled.modes.add(`${place} ${name.replace(/\.[A-Za-z0-9]{8}$/, '')} ${mode}`);
        } catch {
          // It was renamed.
        }
      }
    }
  }
}
const here = readlinkSync('/proc/self/ns/uts');

interface Said {
  readonly code: number | null;
  readonly out: string;
}

/** Runs the command line, and samples meanwhile. */
async function lvsform(...argv: readonly string[]): Promise<Said> {
  const child = spawn(program[0], [program[1], ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', TMPDIR: temp, CANARY_PASSPHRASE: secrets.passphrase },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more: string) => (out += more));
  const timer = setInterval(sample, 3);
  const code = await new Promise<number | null>(done => child.once('close', done));
  clearInterval(timer);
  return { code, out };
}

function tell(sink: string, text: string, marker: string | RegExp | boolean): void {
  const read = typeof marker === 'boolean' ? marker : text.search(marker) >= 0;
  const leaks = namesIn(text);
  const shown = read && leaks.length === 0 ? {} : { text: text.slice(-4000) };
  process.stdout.write(`${JSON.stringify({ sink, leaks, read, ...shown })}\n`);
}

const to = (book: string) => ['-i', inventory(), '-p', book, '--host', 'lvs0*'];
tell('validate', (await lvsform('validate', '-i', inventory(), '-p', playbook())).out, /ok/);
tell('plan', (await lvsform('plan', ...to(playbook()))).out, /only what is secret differs[\s\S]*Plan: /);
tell(
  'plan --format json',
  (await lvsform('plan', '--format', 'json', ...to(playbook()))).out,
  /lvsform-write-file/,
);
tell(
  'plan --format sh',
  (await lvsform('plan', '--format', 'sh', ...to(playbook()))).out,
  /'\(secret\)' \| /,
);
const saved = join(temp, 'saved.json');
tell(
  'plan --json --out',
  (await lvsform('plan', '--json', '--out', saved, ...to(playbook()))).out,
  /plan\.made/,
);
tell('the saved plan', existsSync(saved) ? readFileSync(saved, 'utf8') : '', /keepalived\.conf/);

const wrong = ['-i', inventory('secret-wrong'), '-p', playbook(), '--host', 'lvs02'];
tell(
  'a wrong become password',
  (await lvsform('up', '--yes', '-v', ...wrong)).out,
  /does not take the password/,
);
tell(
  'a wrong become password, --json',
  (await lvsform('up', '--yes', '--json', ...wrong)).out,
  /does not take the password/,
);
inventory();
const refused = playbook('no_such_word 1');
tell(
  'a refused configuration',
  (await lvsform('run', refused, '--yes', '-v', ...to(refused).slice(0, 2), '--host', 'lvs0*')).out,
  /refuses the new one/,
);
const failing = playbook(
  '',
  '      - command: { name: tell, run: [sh, -c, "cat /etc/keepalived/keepalived.conf >&2; echo said >&2; exit 9"], unless: ["false"] }\n',
);
tell(
  'a step that fails',
  (await lvsform('up', '--yes', '--no-verify', '-v', ...to(failing))).out,
  /exit code 9[\s\S]*said/,
);
tell('up', (await lvsform('up', '--yes', '--no-verify', '-v', ...to(playbook()))).out, /Done|No changes/);
tell(
  'up --json',
  (await lvsform('up', '--yes', '--no-verify', '--json', saved, ...to(playbook()))).out,
  /run\.finished/,
);
tell('verify', (await lvsform('verify', '-v', '-i', inventory())).out, /no client is meant/);

const marks = hosts.map(host => host.inside(`cat /etc/keepalived/keepalived.conf`)).join('');
const conf = hosts.map(host => host.inside('stat -c "%a %U" /etc/keepalived/keepalived.conf').trim());
tell(
  'the file that holds it is there',
  '',
  marks.split(secrets.vrrp).length === 3 && conf.every(one => one === '600 root'),
);
const ledgers = hosts.map(host =>
  host.inside('stat -c "%a %U" /var/lib/lvsform /var/lib/lvsform/ledger.json').trim(),
);
const held = hosts.map(host => host.inside('cat /var/lib/lvsform/ledger.json')).join('');
tell(
  "the ledger: no secret of ours; what was there before, for root's eyes alone",
  held.replaceAll(secrets.before, ''),
  held.includes(secrets.before) && ledgers.every(one => one === '700 root\n600 root'),
);

tell('down', (await lvsform('down', '--yes', '-v', '-i', inventory(), '--host', 'lvs0*')).out, /Done/);
const seen = [...sampled.modes];
const secretly = seen.filter(one => /^etc\/keepalived |ledger/.test(one));
tell(
  'modes of what is being written, where it holds a secret',
  seen.join('\n'),
  secretly.some(one => one.startsWith('etc/keepalived .lvsform')) &&
    secretly.every(one => one.endsWith(' 600')),
);
tell("the hosts' arguments", sampled.argv, /check\0\/etc\/keepalived\/\.lvsform\./);
tell("the hosts' environment", sampled.environment, /LC_ALL=C/);
tell("lvsform's own arguments", sampled.mine, /--no-verify/);
tell(
  "lvsform's temporary files",
  readdirSync(temp, { recursive: true, withFileTypes: true })
    .map(entry => (entry.isFile() ? readFileSync(join(entry.parentPath, entry.name), 'utf8') : ''))
    .join('\n'),
  /keepalived\.conf/,
);
tell("sudo's log", two.inside('cat /var/log/sudo.log'), /COMMAND=/);
tell(
  "sshd's log",
  hosts.map(host => host.console()).join('\n'),
  /Accepted password for root[\s\S]*Accepted publickey for admin/,
);

/** The upper folder of a host is exactly what was written to it. */
const left = hosts
  .flatMap(host =>
    execFileSync('find', [host.upper, '-type', 'f', '-print0'], { encoding: 'utf8' }).split('\0'),
  )
  .filter(path => path !== '' && !path.endsWith('/etc/keepalived/keepalived.conf'));
tell(
  'files left on the hosts',
  left.map(path => `${path}\n${readFileSync(path, 'latin1')}`).join('\n'),
  /sudo\.log/,
);
tell(
  'what was there before is there again',
  '',
  hosts.every(host => host.inside('cat /etc/keepalived/keepalived.conf') === keepalived(secrets.before)),
);
tell(
  'nothing temporary is left',
  left.filter(path => path.includes('.lvsform')).join('\n'),
  left.every(path => !path.includes('.lvsform')),
);
const memory = hosts.map(host => host.inside('ls -A /tmp /run /dev/shm; cat /run/lvsform.lock')).join('');
tell('the lock and what is in memory alone', memory, /process \d+/);
await Promise.all(hosts.map(host => host.stop()));
process.stdout.write(`${JSON.stringify({ done: true })}\n`);
process.exit(0);
