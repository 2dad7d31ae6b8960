import { join } from 'node:path';
import { exit, Problem } from '../model/problem.ts';
import type { Identities, Identity } from './identities.ts';
import type { Target } from './target.ts';
import { type AuthMethod, agentWith, passwordPrompt } from './wire.ts';

/** One way to log in, with the words by which a person knows it. */
export interface Credential {
  readonly label: string;
  readonly method: AuthMethod;
}

const usual = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * The ways to log in, in the order in which they are tried. What is named is all that is tried; if
 * nothing is, the agent's keys and the usual files are. sshd ends a login after six failures
 * (MaxAuthTries), so keys that nobody named must not use them up.
 */
export async function credentials(
  target: Target,
  identities: Identities,
  home: string,
): Promise<readonly Credential[]> {
  const keys =
    target.identityFiles.length > 0
      ? await namedKeys(target, identities)
      : target.password === undefined
        ? await usualKeys(target, identities, home)
        : [];
  return [...keys, ...passwords(target)];
}

async function namedKeys(target: Target, identities: Identities): Promise<readonly Credential[]> {
  const found: Credential[] = [];
  for (const file of target.identityFiles) {
    const identity = await identities.load(file, target.passphrase);
    if (identity === undefined) {
      throw new Problem('the private key is not there', {
        code: exit.input,
        where: file,
        next: 'name a file that exists (identity_file in the inventory, IdentityFile in ~/.ssh/config)',
      });
    }
    found.push(credential(target, identity) ?? missingPassphrase(identity));
  }
  return found;
}

async function usualKeys(
  target: Target,
  identities: Identities,
  home: string,
): Promise<readonly Credential[]> {
  const found: Credential[] = [];
  const { agent, user } = target;
  if (agent !== undefined) {
    found.push({
      label: `the keys of the agent (${agent})`,
      method: { type: 'agent', username: user, agent: agentWith(agent) },
    });
  }
  for (const name of usual) {
    const identity = await identities
      .load(join(home, '.ssh', name), target.passphrase)
      .catch(() => undefined);
    // A usual key that needs a passphrase is the agent's business, which is asked already.
    if (identity?.key !== undefined) found.push(...(keyCredential(target, identity) ?? []));
  }
  return found;
}

function credential(target: Target, identity: Identity): Credential | undefined {
  const { agent, user } = target;
  const [own] = keyCredential(target, identity) ?? [];
  if (own !== undefined) return own;
  // Its public half tells the agent's copy of the key from the agent's other keys.
  if (agent === undefined || identity.publicKey === undefined) return undefined;
  return {
    label: `${identity.file} (by the agent)`,
    method: { type: 'agent', username: user, agent: agentWith(agent, identity.publicKey) },
  };
}

function keyCredential({ user }: Target, { file, key }: Identity): readonly [Credential] | undefined {
  if (key === undefined) return undefined;
  return [{ label: `${file} (${key.type})`, method: { type: 'publickey', username: user, key } }];
}

/** Many hosts take a password by keyboard-interactive alone, so it is offered both ways. */
function passwords({ password, user }: Target): readonly Credential[] {
  if (password === undefined) return [];
  return [
    { label: 'the password', method: { type: 'password', username: user, password: password.reveal() } },
    { label: 'the password (keyboard-interactive)', method: passwordPrompt(user, password.reveal()) },
  ];
}

function missingPassphrase({ file }: Identity): never {
  throw new Problem('the private key has a passphrase', {
    code: exit.input,
    where: file,
    why: 'no identity_passphrase is set, and no agent holds the key',
    next: 'set identity_passphrase (a reference: env, file or command), or: ssh-add FILE',
  });
}
