import { homedir, userInfo } from 'node:os';

/** What of this machine a login depends on. */
export interface Surroundings {
  /** Where .ssh is. */
  readonly home: string;
  /** Who runs this, and so logs in where nobody says otherwise. */
  readonly user: string;
  /** The agent's socket. */
  readonly agent: string | undefined;
  /** Whether `home` is where the ssh client looks, which asks passwd and not HOME. */
  readonly isSshHome: boolean;
}

/** An empty `agent` is none; where it is left out SSH_AUTH_SOCK says. */
export function surroundings(home = homedir(), agent = process.env['SSH_AUTH_SOCK']): Surroundings {
  const account = accountOf();
  return {
    home,
    user: account?.username ?? process.env['USER'] ?? 'root',
    agent: agent || undefined,
    isSshHome: home === account?.homedir,
  };
}

/** In a container the uid may be in no passwd. */
function accountOf(): { username: string; homedir: string } | undefined {
  try {
    return userInfo();
  } catch {
    return undefined;
  }
}
