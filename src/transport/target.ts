import { join } from 'node:path';
import type { Become, SshSettings } from '../model/cluster.ts';
import { exit, Problem } from '../model/problem.ts';
import type { Secret } from '../model/secret.ts';
import type { HostKeyPolicy } from './host-key.ts';
import type { SshConfig } from './ssh-config.ts';
import type { Surroundings } from './surroundings.ts';

/** Where and how to log in: the inventory's word, then ~/.ssh/config's, then what ssh does by itself. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** `user@host:port`, for messages. */
  readonly where: string;
  /** Key files that somebody named; empty where nobody did. */
  readonly identityFiles: readonly string[];
  /** The agent's socket. */
  readonly agent: string | undefined;
  readonly passphrase: Secret | undefined;
  readonly password: Secret | undefined;
  readonly become: Become | undefined;
  /** Hosts to go through, `[user@]host[:port]`, the nearest first. */
  readonly jumps: readonly string[];
  readonly hostKey: HostKeyPolicy;
  /** Milliseconds. */
  readonly timeout: number;
}

/** The key files that ssh -G lists where nobody named one. */
const byDefault = /^~\/\.ssh\/id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss)$/;

/** Puts a target together; `onNote` is told of a host key that is recorded. */
export function target(
  settings: SshSettings,
  config: SshConfig,
  around: Surroundings,
  onNote: (text: string) => void,
): Target {
  const said = (keyword: string) => config.get(keyword)?.[0];
  const host = said('hostname') ?? settings.host;
  const port = settings.port ?? Number(said('port') ?? 22);
  const user = settings.user ?? said('user') ?? around.user;
  const where = `${user}@${host}:${port}`;
  const path = (file: string) =>
    expand(file, { d: around.home, h: host, r: user, u: around.user, p: `${port}` });
  const listed = (config.get('identityfile') ?? []).filter(file => !byDefault.test(file));
  const named = settings.identityFiles.length > 0 ? settings.identityFiles : listed;
  const jump = settings.proxyJump ?? said('proxyjump');
  const command = said('proxycommand');
  if (jump === undefined && command !== undefined && command !== 'none') {
    throw new Problem('ProxyCommand is not supported', {
      code: exit.input,
      where,
      why: `the ssh configuration says ProxyCommand ${command}`,
      next: 'use ProxyJump, or set proxy_jump in the inventory',
    });
  }
  return {
    host,
    port,
    user,
    where,
    identityFiles: named.map(path),
    agent: agentSocket(said('identityagent'), path, around.agent),
    passphrase: settings.identityPassphrase,
    password: settings.password,
    become: settings.become,
    jumps: jump === undefined || jump === 'none' ? [] : jump.split(',').map(hop => hop.trim()),
    hostKey: {
      name: said('hostkeyalias') ?? host,
      port: said('hostkeyalias') === undefined ? port : 22,
      files: knownHostsFiles(settings.knownHostsFile, config, around.home).map(path) as [string, ...string[]],
      acceptNew:
        settings.acceptNew || /^(accept-new|no|off|false)$/.test(said('stricthostkeychecking') ?? ''),
      onNote,
    },
    timeout: settings.timeout * 1000,
  };
}

/**
 * A jump host's settings. It is logged in to with the same keys as the host behind it, but never
 * with that host's password: it is another machine. As with ssh, `user@` is its own too.
 */
export function jumpSettings(hop: string, behind: SshSettings): SshSettings {
  const parts = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:@]+))(?::(\d+))?$/.exec(hop);
  const host = parts?.[2] ?? parts?.[3];
  if (host === undefined) {
    throw new Problem('a jump host cannot be understood', {
      code: exit.input,
      where: behind.host,
      why: `proxy_jump has ${JSON.stringify(hop)}`,
      next: 'write it as [user@]host[:port]; an IPv6 address in [ ]',
    });
  }
  return {
    ...behind,
    host,
    user: parts?.[1],
    port: parts?.[4] === undefined ? undefined : Number(parts[4]),
    password: undefined,
    become: undefined,
    proxyJump: undefined,
  };
}

function knownHostsFiles(own: string | undefined, config: SshConfig, home: string): readonly string[] {
  if (own !== undefined) return [own];
  const ssh = join(home, '.ssh');
  const users = config.get('userknownhostsfile')?.[0]?.split(/\s+/);
  const global = config.get('globalknownhostsfile')?.[0]?.split(/\s+/);
  return [
    ...(users ?? [join(ssh, 'known_hosts'), join(ssh, 'known_hosts2')]),
    ...(global ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
  ];
}

function agentSocket(
  said: string | undefined,
  path: (file: string) => string,
  fromEnvironment: string | undefined,
): string | undefined {
  if (said === undefined || said === 'SSH_AUTH_SOCK') return fromEnvironment;
  return said === 'none' ? undefined : path(said);
}

/** `~` and the tokens of ssh_config(5) that make sense in a path. */
function expand(file: string, tokens: Readonly<Record<string, string>>): string {
  const home = tokens['d'] ?? '';
  const whole = file.startsWith('~/') ? join(home, file.slice(2)) : file;
  return whole.replace(/%(.)/g, (all, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? all)));
}
