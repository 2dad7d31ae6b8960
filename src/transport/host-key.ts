import { exit, Problem } from '../model/problem.ts';
import { quote } from '../model/quote.ts';
import {
  fingerprint,
  judge,
  type KnownHost,
  keyType,
  knownTypes,
  namesOf,
  type Verdict,
} from './known-hosts.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import type { HostKeyAlgorithm } from './wire.ts';

/** How the key of one host is judged. */
export interface HostKeyPolicy {
  /** The name under which known_hosts has the host: its address, or HostKeyAlias. */
  readonly name: string;
  readonly port: number;
  /** Where keys are looked for; a new one goes into the first. */
  readonly files: readonly [string, ...string[]];
  readonly acceptNew: boolean;
  readonly onNote: (text: string) => void;
}

/** Resolves if the host may be trusted with a credential; rejects with a Problem if not. */
export async function vouch(policy: HostKeyPolicy, store: KnownHostsFiles, key: Buffer): Promise<void> {
  const { name, port, files } = policy;
  const verdict = judge(await store.about(files, name, port), name, port, key);
  if (verdict.kind === 'known') return;
  if (verdict.kind !== 'unknown' || !policy.acceptNew) throw refusal(policy, verdict, key);
  await store.alone(async () => {
    const again = judge(await store.about(files, name, port), name, port, key);
    if (again.kind === 'known') return;
    if (again.kind !== 'unknown') throw refusal(policy, again, key);
    await store.record(files[0], name, port, key);
    policy.onNote(
      `recorded the ${keyType(key)} key of ${namesOf(name, port)[0]}, ${fingerprint(key)}, in ${files[0]}`,
    );
  });
}

// ssh-rsa (SHA-1) is left out, as OpenSSH leaves it out since 8.8.
const algorithms: readonly (readonly [type: string, names: readonly HostKeyAlgorithm[]])[] = [
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
];

/** Host key algorithms, best first: those of the keys that are written down before all others. */
export function hostKeyAlgorithms(
  known: readonly KnownHost[],
  name: string,
  port: number,
): readonly HostKeyAlgorithm[] {
  const types = knownTypes(known, name, port);
  const ordered = [
    ...algorithms.filter(([type]) => types.has(type)),
    ...algorithms.filter(([type]) => !types.has(type)),
  ];
  return ordered.flatMap(([, names]) => names);
}

function refusal(policy: HostKeyPolicy, verdict: Exclude<Verdict, { kind: 'known' }>, key: Buffer): Problem {
  const [name] = namesOf(policy.name, policy.port);
  const shown = `it shows ${keyType(key)} ${fingerprint(key)}`;
  const details = { code: exit.unreachable, where: name };
  if (verdict.kind === 'unknown') {
    const authority =
      verdict.authority === undefined
        ? ''
        : `; the @cert-authority of ${verdict.authority.where} does not count, host certificates are not supported`;
    return new Problem('the host key is not known', {
      ...details,
      why: `${shown}, and ${policy.files.join(', ')} has no key of this host${authority}`,
      next: "compare the fingerprint with the host's (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then use --accept-new once",
    });
  }
  const { entry } = verdict;
  if (verdict.kind === 'revoked') {
    return new Problem('the host key is revoked', {
      ...details,
      why: `${shown}, which ${entry.where} marks as @revoked`,
      next: 'give the host a new key; nothing was sent to it',
    });
  }
  const other = entry.type === keyType(key) ? 'another key' : `only a key of another type (${entry.type})`;
  return new Problem('the host key has changed: somebody may be in between', {
    ...details,
    why: `${shown}, but ${entry.where} has ${other}, ${fingerprint(entry.key)}; nothing was sent to it`,
    next: `if the host was made anew: ssh-keygen -R ${quote(name)} -f ${quote(fileOf(entry))}, then use --accept-new once`,
  });
}

function fileOf(entry: KnownHost): string {
  return entry.where.replace(/:\d+$/, '');
}
