import { exit, Problem } from './problem.ts';

const plain = /^[\w./,:@+-]+$/;

/**
 * One word for a shell, whatever the text holds. It is good for every POSIX sh (dash, bash, busybox
 * ash, mksh, yash) and, as long as the text has no newline, for csh, tcsh and fish as well: sshd
 * hands a command to the user's login shell (sshd(8)), which may be any of them. No shell can carry
 * a NUL in a word, so a text with one is refused.
 */
export function quote(text: string): string {
  if (text.includes('\0')) {
    throw new Problem('a command holds a NUL byte, which no shell can pass on', {
      code: exit.input,
      next: 'take the NUL byte out of the value',
    });
  }
  if (plain.test(text)) return text;
  // `\` is special in the quotes of fish and `!` in those of csh; bare and escaped they mean the
  // same everywhere.
  return `'${text.replace(/['\\!]/g, "'\\$&'")}'`;
}

/** A command as one line that a person can paste into a shell. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map(quote).join(' ');
}
