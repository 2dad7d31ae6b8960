import { type Argv, script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import { keyAt, linesOf } from './answer.ts';

/** The key of a test: its argv as JSON. */
export function testKey(argv: Argv): string {
  return JSON.stringify(argv);
}

/**
 * Tests that say whether a command's work is done: code 0 is yes (true). 1 to 125 is no, and so is 127: the
 * program may well be what this run installs. Anything else (126, a signal) says nothing, and is an error.
 * Codes: POSIX, "Exit Status for Commands".
 */
export const commands: Probe<true> = {
  name: 'commands',

  script(keys) {
    const tests = keys.map(key => JSON.parse(key) as Argv);
    return script('lvsform-test-commands', text, ...tests.flatMap(test => [String(test.length), ...test]));
  },

  parse(result, keys) {
    const done = new Map<string, true | undefined>();
    for (const line of linesOf('commands', result)) {
      const [index, code = ''] = line.split(' ');
      const key = keyAt('commands', keys, index);
      if (code === '0') done.set(key, true);
      else if (/^([1-9]|[1-9]\d|1[01]\d|12[0-57])$/.test(code)) done.set(key, undefined);
      else
        throw new Problem(`the test ${key} ended with code ${code}`, { why: 'it says neither yes nor no' });
    }
    return done;
  },
};

/** The usual question, `test -e FILE`, is one that a shell answers itself as the program does; of others they have words of their own. */
const text = `ask() {
  k=$1 words=$1; shift
  total=$#
  while [ "$k" -gt 0 ]; do set -- "$@" "$1"; shift; k=$((k - 1)); done
  shift $((total - words))
  case "$words $1 $2" in
    '3 test -'[defrwxsLh]) "$@" ;;
    *) (exec "$@") ;;
  esac
}
n=0
while [ $# -gt 0 ]; do
  ask "$@" </dev/null >/dev/null 2>&1
  echo "$n $?"
  shift $(($1 + 1))
  n=$((n + 1))
done
echo end
`;
