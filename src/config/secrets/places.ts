import type { Draft } from '../draft/draft.ts';
import type { SecretValue, SSHSettings } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import { authPass } from '../schema/text.ts';

/** A place in an inventory where a secret stands or is referred to, and what it must look like. */
export interface SecretPlace {
  readonly path: Path;
  readonly value: SecretValue;
  readonly rule: SecretRule;
}

/** What the text of a secret must look like, and what to say where it does not. */
export interface SecretRule {
  readonly pattern: RegExp;
  readonly maxLength: number;
  readonly message: string;
}

const anyText: SecretRule = {
  pattern: /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u,
  maxLength: 4096,
  message: 'must be text on one line, not empty',
};

const vrrpPassword: SecretRule = {
  pattern: new RegExp(authPass.pattern, 'u'),
  maxLength: authPass.maxLength,
  message: authPass.patternErrorMessage,
};

/** Every place of a secret in an inventory. */
export function secretPlaces(draft: Draft): readonly SecretPlace[] {
  const ssh = [
    ...sshPlaces(['ssh'], draft.yaml.ssh),
    ...draft.hosts.flatMap(({ path, yaml }) => sshPlaces([...path, 'ssh'], yaml.ssh)),
  ];
  const vrrp = draft.instances.flatMap(({ path, yaml }) =>
    yaml.auth_pass === undefined
      ? []
      : [{ path: [...path, 'auth_pass'], value: yaml.auth_pass, rule: vrrpPassword }],
  );
  return [...ssh, ...vrrp];
}

function sshPlaces(path: Path, ssh: SSHSettings | undefined): readonly SecretPlace[] {
  const become = typeof ssh?.become === 'object' ? ssh.become.password : undefined;
  const places: readonly [Path, SecretValue | undefined][] = [
    [[...path, 'identity_passphrase'], ssh?.identity_passphrase],
    [[...path, 'password'], ssh?.password],
    [[...path, 'become', 'password'], become],
  ];
  return places.flatMap(([at, value]) => (value === undefined ? [] : [{ path: at, value, rule: anyText }]));
}
