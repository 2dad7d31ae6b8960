import { exit, Problem } from '../model/problem.ts';
import type { LoginError } from './connection.ts';
import type { ShellEnd } from './shell.ts';

const unreachable = exit.unreachable;

/** The session's own end: not an error unless somebody still wants to run something. */
export function closedByUs(where: string): Problem {
  return new Problem('the connection is closed', { code: unreachable, where });
}

/** A session that stood is gone: with its connection, or by itself. */
export function lostShell(where: string, end: ShellEnd): Problem {
  return new Problem('the connection was lost', {
    code: unreachable,
    where,
    why: howItEnded(end),
    next: 'no further command runs there; see that the host is up, then run the same again: what is done is kept',
    cause: end.lost,
  });
}

/** The login went well, and then nothing that we know answered; `said` is what came instead. */
export function noSession(where: string, end: ShellEnd, said: string): Problem {
  const words = lastLines(said);
  return new Problem('the login works, but no shell can be started', {
    code: unreachable,
    where,
    why: words === '' ? howItEnded(end) : `${howItEnded(end)} and said: ${words}`,
    next: "see that the user's login shell takes commands: ssh HOST true",
  });
}

/** The session stands, but it is not root's. */
export function notRoot(where: string, uid: number): Problem {
  return new Problem('root is needed', {
    code: unreachable,
    where,
    why: `this user is not root (uid ${uid}), and no way to become root is set`,
    next: 'log in as root (user: root), or set become: sudo',
  });
}

/** Output is held whole, so it has a bound. `name` is what the command that ran is called. */
export function tooMuchOutput(where: string, bytes: number, name = 'a command'): Problem {
  return new Problem(`the host printed more than ${Math.round(bytes / 1024 / 1024)} MiB`, {
    code: exit.failed,
    where,
    why: `it was at: ${name}; the connection was closed, and no further command runs there`,
    next: 'run that on the host to see what it prints, mend it, and run the same command again: what is done is kept',
  });
}

function howItEnded({ code, signal, lost, slow }: ShellEnd): string {
  if (lost !== undefined) {
    return /Keepalive/.test(lost.message) ? 'the host has stopped answering' : lost.message;
  }
  if (slow !== undefined) return `no shell within ${slow / 1000} s`;
  if (signal !== undefined) return `the shell on the host was ended by ${signal}`;
  if (code !== undefined) return `the shell on the host ended with code ${code}`;
  return 'the shell on the host is gone';
}

/** The last words of a program, in one line and at a bearable length. */
export function lastLines(text: string): string {
  // A host's words go to a terminal: no escape sequences.
  const lines = text.split('\n').map(line => line.replace(/\p{Cc}/gu, ' ').trim());
  return lines
    .filter(line => line !== '')
    .slice(-4)
    .join(' / ')
    .slice(-400);
}

/** No login was even tried: no way, no answer, or no agreement on how to talk. */
export function cannotReach(
  { where, timeout, jumps }: { where: string; timeout: number; jumps: readonly string[] },
  error: LoginError,
): Problem {
  const code = codeOf(error.cause);
  const sign = signs.find(([pattern]) => pattern.test(`${code} ${error.message}`));
  const why = (sign?.[1] ?? error.message).replace('TIMEOUT', `${timeout / 1000} s`);
  const by = jumps.length === 0 ? '' : ` (through ${jumps.join(', ')})`;
  return new Problem('the host cannot be reached', {
    code: unreachable,
    where,
    why: `${why}${by}`,
    next: sign?.[2] ?? 'see that the host is up and that sshd listens there',
    cause: error,
  });
}

/** Nothing that was tried was taken. Names what that was, and never a secret. */
export function cannotLogIn(
  where: string,
  tried: readonly string[],
  offered: readonly string[] | undefined,
  error: LoginError,
): Problem {
  const words =
    tried.length === 0 ? 'nothing to try: no key and no password' : `tried ${tried.join(', then ')}`;
  const takes = offered === undefined ? '' : `; the host takes ${offered.join(', ')}`;
  const other = /all ways/.test(error.message) ? '' : `; ${error.message}`;
  return new Problem('the host lets nobody in', {
    code: unreachable,
    where,
    why: `${words}${takes}${other}`,
    next: 'set identity_file or password, or give the host the public key (ssh-copy-id)',
    cause: error,
  });
}

const signs: readonly (readonly [RegExp, why: string, next?: string])[] = [
  [/ECONNREFUSED/, 'nothing listens on that port', 'see that sshd runs and that the port is right'],
  [/EHOSTUNREACH/, 'there is no way to the host'],
  [/ENETUNREACH/, 'there is no way to its network'],
  [/ENOTFOUND/, 'the name does not resolve', "see the host's address in the inventory"],
  [/EAI_AGAIN/, 'the name server does not answer', 'see the name server of this machine'],
  [/waiting for handshake/, 'it answers, but the login is not done in twice TIMEOUT'],
  [/ETIMEDOUT|[Tt]imed out/, 'no answer within TIMEOUT'],
  [
    /ECONNRESET|EPIPE|before handshake|closed the connection/,
    'it takes the connection and closes it at once, time after time',
    'see its sshd: it may be overloaded (MaxStartups), or shut this address out (PerSourcePenalties, fail2ban)',
  ],
];

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The jump host is there, the host behind it is not. */
export function cannotForward(
  { where, jumps }: { where: string; jumps: readonly string[] },
  error: unknown,
): Problem {
  return new Problem('the host cannot be reached', {
    code: unreachable,
    where,
    why: `the jump host ${jumps.join(', ')} does not get through: ${error instanceof Error ? error.message : String(error)}`,
    next: 'see that the jump host reaches it, and that its sshd allows forwarding (AllowTcpForwarding)',
    cause: error,
  });
}

/** A jump host that is to be reached through itself. */
export function goesRound(where: string, jumps: readonly string[]): Problem {
  return new Problem('the jump hosts go round in a circle', {
    code: exit.input,
    where,
    why: `the way to ${jumps.join(', ')} leads through itself`,
    next: 'take the jump host itself out of its ProxyJump (Host * !GATE in ~/.ssh/config)',
  });
}
