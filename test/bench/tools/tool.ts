import type { Invocation, Measured } from '../measure.ts';
import type { BenchHost, World } from '../world/world.ts';

/** What a tool is asked to do. */
export type Scenario = 'first' | 'again' | 'drift' | 'dry';

/**
 * `first`: hosts that no tool has seen. `again`: nothing to change. `drift`: one file of each host was changed by hand.
 * `dry`: the same as `drift`, only said and not done.
 */
export const scenarios: readonly Scenario[] = ['first', 'again', 'drift', 'dry'];

/** A way to a host other than its own address and port 22. */
export interface Detour {
  readonly address: string;
  readonly port: number;
}

/** What a tool works on. */
export interface Target {
  readonly world: World;
  readonly hosts: readonly BenchHost[];
  /** A folder of the tool's own, for its files. */
  readonly folder: string;
  readonly detour?: Detour | undefined;
}

export type ToolName = 'ssh' | 'lvsform' | 'ansible' | 'mitogen' | 'pyinfra';

/** One of the tools that are compared. */
export interface Tool {
  readonly name: ToolName;
  /** How it is called in tables, with its version. */
  readonly title: string;
  readonly does: readonly Scenario[];
  /** Writes the tool's files for these hosts. */
  prepare(target: Target): void;
  invocation(target: Target, scenario: Scenario): Invocation;
  /** How many resources it changed, or would change, on all hosts; throws where it did not do its work. */
  changed(measured: Measured, target: Target, scenario: Scenario): number;
}

export function addressOf(host: BenchHost, { detour }: Target): string {
  return detour?.address ?? host.address;
}

/** Settings of OpenSSH that the tools which run it share: nothing is tried but the one key, and the fastest exchange. */
export function sshOptions({ world, detour }: Target): readonly string[] {
  const words: readonly (readonly [string, string])[] = [
    ['BatchMode', 'yes'],
    ['User', 'root'],
    ['Port', `${detour?.port ?? 22}`],
    ['IdentityFile', world.identity],
    ['IdentitiesOnly', 'yes'],
    ['PreferredAuthentications', 'publickey'],
    ['UserKnownHostsFile', world.knownHosts],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['UpdateHostKeys', 'no'],
    ['KexAlgorithms', 'curve25519-sha256'],
    ['Ciphers', 'aes128-gcm@openssh.com'],
    ['LogLevel', 'ERROR'],
  ];
  return words.flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** A tool that did not do its work is no measurement. */
export function demand(measured: Measured, name: string): void {
  if (measured.code === 0) return;
  const said = `${measured.stdout.slice(-2000)}\n${measured.stderr.slice(-2000)}`;
  throw new Error(`${name} ended with code ${measured.code}:\n${said}`);
}
