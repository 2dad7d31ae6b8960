import type { Become } from '../model/cluster.ts';
import { exit, Problem } from '../model/problem.ts';
import { quote } from '../model/quote.ts';
import { lastLines } from './failure.ts';
import type { Converse } from './session.ts';

/**
 * What comes before `sh` in the command line, so that the session's shell is root's. The prompt has
 * random text, so nothing else can ask for the password; `-n` where there is none, so sudo never
 * waits for one.
 */
export function sudoPrefix(become: Become, prompt: string): string {
  const ask = become.password === undefined ? '-n' : `-S -p ${quote(prompt)}`;
  return `env LC_ALL=C sudo -H ${ask} -- `;
}

/** Gives the password once, when sudo asks for it; a second question means that it was wrong. */
export function sudoConversation(where: string, become: Become, prompt: string): Converse {
  let told = false;
  return {
    answer(stderr) {
      const asked = stderr.split(prompt).length - 1;
      if (asked > 1) throw refused(where, 'sudo does not take the password', 'set the right become password');
      if (asked === 0 || told || become.password === undefined) return undefined;
      told = true;
      return `${become.password.reveal()}\n`;
    },
    explain(stderr) {
      const said = lastLines(stderr.replaceAll(prompt, ''));
      const known = signs.find(([sign]) => sign.test(said));
      if (known === undefined) return undefined;
      const [, what, next] = known;
      return refused(where, what, next, said);
    },
  };
}

const signs: readonly (readonly [RegExp, what: string, next: string])[] = [
  [/password is required/, 'sudo asks for a password', 'set the become password, or NOPASSWD in sudoers'],
  [
    /must have a tty/,
    'sudo wants a terminal (requiretty)',
    'put into sudoers: Defaults:USER !requiretty, or log in as root',
  ],
  [
    /not in the sudoers|not allowed to|may not run/,
    'sudo does not let this user be root',
    'allow it in sudoers, or log in as root',
  ],
  [/incorrect password|try again/, 'sudo does not take the password', 'set the right become password'],
  [/sudo:? .*not found|sudo.*No such file/, 'sudo is not installed', 'install sudo, or log in as root'],
  [/sudo/, 'sudo fails', 'see what sudo says on the host'],
];

function refused(where: string, what: string, next: string, said?: string): Problem {
  return new Problem(what, {
    code: exit.unreachable,
    where,
    next,
    ...(said === undefined ? {} : { why: `it says: ${said}` }),
  });
}
