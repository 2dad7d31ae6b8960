import { script } from '../model/command.ts';
import { canonical } from '../model/json.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, keyAt, linesOf } from './answer.ts';

/** Where lvsform records what it built: `NAME/record` with the sums, beside the sources, each under its sum. */
export const buildsDirectory = '/var/lib/lvsform/built';

/** Programs that were built from a source on the host. */
export interface BuildEntry {
  /** SHA-256 of the source. */
  readonly sha256: string;
  /** The programs are there, as they were installed. */
  readonly intact: boolean;
}

/** A build by its name, with the programs that came of it. */
export interface BuildQuestion {
  readonly name: string;
  /** Paths. */
  readonly programs: readonly string[];
}

/** The key of a question: answers are by text. */
export function buildKey({ name, programs }: BuildQuestion): string {
  return canonical({ name, programs });
}

/** What lvsform built: its record names the source, and the sums of the programs as they were installed. */
export const builds: Probe<BuildEntry> = {
  name: 'builds',

  script(keys) {
    const questions = keys.map(key => JSON.parse(key) as BuildQuestion);
    const words = questions.flatMap(({ name, programs }) => [name, String(programs.length), ...programs]);
    return script('lvsform-read-builds', text, buildsDirectory, ...words);
  },

  parse(result, keys) {
    const found = new Map<string, BuildEntry | undefined>();
    for (const line of linesOf('builds', result)) {
      const [index, word, sha256] = line.split(' ');
      const key = keyAt('builds', keys, index);
      if (word === 'absent') found.set(key, undefined);
      else if ((word === 'intact' || word === 'changed') && sha256 !== undefined)
        found.set(key, { sha256, intact: word === 'intact' });
      else throw garbled('builds', line);
    }
    return found as ReadonlyMap<string, BuildEntry>;
  },
};

const text = `set -u
export LC_ALL=C
records=$1; shift
n=0
while [ $# -gt 0 ]; do
  record=$records/$1/record count=$2; shift 2
  if [ -f "$record" ]; then
    { read -r sum; installed=$(cat); } <"$record"
    now=$(
      k=$count total=$#
      while [ "$k" -gt 0 ]; do set -- "$@" "$1"; shift; k=$((k - 1)); done
      shift $((total - count))
      sha256sum -- "$@" 2>/dev/null
    )
    if [ "$now" = "$installed" ]; then echo "$n intact $sum"; else echo "$n changed $sum"; fi
  else
    echo "$n absent"
  fi
  shift "$count"
  n=$((n + 1))
done
echo end
`;
