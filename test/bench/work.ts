/**
 * The work that every tool gets: thirty resources, the same files with the same bytes on every host. It is described
 * once, here, and each tool's files are made of it.
 */

export const templates = Array.from({ length: 10 }, (_, index) => `app-${index}`);

/**
 * Kernel parameters that each network namespace has for itself, with values that are not their defaults. None of them decides
 * what a host takes and answers: after such a change lvsform makes sure, by a second login, that it was not cut off.
 */
export const parameters: readonly (readonly [key: string, value: string])[] = [
  ['net.ipv4.tcp_fin_timeout', '31'],
  ['net.ipv4.tcp_keepalive_time', '601'],
  ['net.ipv4.tcp_keepalive_intvl', '31'],
  ['net.ipv4.tcp_keepalive_probes', '5'],
  ['net.ipv4.tcp_syn_retries', '5'],
  ['net.ipv4.tcp_retries2', '14'],
  ['net.ipv4.ip_default_ttl', '63'],
  ['net.ipv4.tcp_synack_retries', '4'],
  ['net.ipv4.tcp_orphan_retries', '3'],
  ['net.ipv4.tcp_reordering', '4'],
];

export const services = Array.from({ length: 10 }, (_, index) => `worker-${index}`);

export const resources = templates.length + parameters.length + services.length;

/** Where the templates' texts go. */
export const confOf = (name: string): string => `/etc/bench/${name}.conf`;

/** The boot file of sysctl.d(5) that lvsform keeps its lines in; the other tools write the same lines there. */
export const bootFile = '/etc/sysctl.d/60-lvsform.conf';

/** The sign of a service that was started. */
export const pidFileOf = (name: string): string => `/run/bench/${name}.pid`;

/** A program on every host that starts a service, as far as this goes: it leaves a sign. */
export const serviceProgram = '/usr/local/sbin/bench-service';

export const serviceScript = `#!/bin/sh
# bench-service start NAME
set -e
mkdir -p /run/bench
echo 1 >"/run/bench/$2.pid"
`;

/** The words of one template: a part that differs by host, a part that differs by template, a loop. */
export interface Language {
  /** The value of an expression: `host`, `address`, `app` or `item`. */
  value(name: 'host' | 'address' | 'app' | 'item'): string;
  /** Lines for each of the shared list `upstreams`. */
  each(line: string): string;
}

/** A configuration of about a kilobyte, in the words of a template language. */
export function templateText({ value, each }: Language): string {
  return `# ${value('app')} on ${value('host')}
[server]
name = ${value('host')}
listen = ${value('address')}:8080
application = ${value('app')}
log = /var/log/bench/${value('app')}.log
workers = 4
timeout = 30
keepalive = 75

[upstreams]
${each(`server ${value('item')} weight=1 max_fails=3 fail_timeout=10s`)}
[limits]
open_files = 65536
processes = 4096
memory = 512M
`;
}

export const upstreams = Array.from({ length: 12 }, (_, index) => `10.78.1.${index + 1}:8080`);
