import { script } from '../model/command.ts';
import { canonical } from '../model/json.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, keyAt, linesOf } from './answer.ts';
import { bySystemd, scriptWorks } from './init.ts';

/** Where the fingerprints of what each service has loaded are kept: `<unit>.reload` and `<unit>.restart`. */
export const recordsDirectory = '/var/lib/lvsform/loaded';

/** Is what was loaded last still what the files hold: no record, the same, or another. */
export type Loaded = 'unknown' | 'same' | 'other';

/** A unit of systemd (systemctl(1), `show`) or script of /etc/init.d, and how its inputs compare with what it loaded last. */
export interface UnitEntry {
  readonly active: boolean;
  /** null where it can be neither enabled nor disabled (static: no [Install]; generated; an alias). */
  readonly enabled: boolean | null;
  readonly reload: Loaded;
  readonly restart: Loaded;
}

/** A unit with the files that it takes on when reloaded, and those that only a restart makes it take on. */
export interface UnitQuestion {
  readonly unit: string;
  readonly reload: readonly string[];
  readonly restart: readonly string[];
}

/** The key of a question: answers are by text. */
export function unitKey({ unit, reload, restart }: UnitQuestion): string {
  return canonical({ unit, reload, restart });
}

/**
 * systemd units: one `systemctl show` for all. A unit that systemd does not find (LoadState=not-found) is
 * absent. Where systemd did not boot the host, the scripts of /etc/init.d are asked for their status, and the answer is
 * put into the same words; a service starts at boot where a run level from 2 to 5 has a link to it. The comparison with what was loaded is made on the host, where the
 * record lies.
 */
export const units: Probe<UnitEntry> = {
  name: 'units',

  script(keys) {
    const questions = keys.map(key => JSON.parse(key) as UnitQuestion);
    const inputs = questions.flatMap(({ unit, reload, restart }) => [
      ...[unit, String(reload.length), ...reload],
      ...[String(restart.length), ...restart],
    ]);
    const names = questions.map(({ unit }) => unit);
    return script('lvsform-read-units', text, recordsDirectory, String(keys.length), ...names, ...inputs);
  },

  parse(result, keys) {
    const lines = linesOf('units', result);
    const split = lines.indexOf('inputs');
    if (split < 0) throw garbled('units', lines.join('\n'));
    const blocks = lines.slice(0, split).join('\n').trim().split(/\n\n+/);
    if (blocks.length !== keys.length) throw garbled('units', `${blocks.length} units`);

    const words = new Map<string, string>();
    for (const line of lines.slice(split + 1)) {
      const [index, member, word = ''] = line.split(' ');
      words.set(`${keyAt('units', keys, index)} ${member}`, word);
    }
    return new Map(
      keys.map((key, index) => [
        key,
        entryOf(properties(blocks[index] ?? ''), member => words.get(`${key} ${member}`)),
      ]),
    );
  },
};

/** States in which the unit does its work (systemd, unit-def.c): a crash loop is "activating". */
const working = new Set(['active', 'reloading', 'refreshing']);

const enablement = new Map<string, boolean>([
  ['enabled', true],
  ['enabled-runtime', false],
  ['disabled', false],
  ['linked', false],
  ['linked-runtime', false],
  ['masked', false],
  ['masked-runtime', false],
]);

function entryOf(
  unit: ReadonlyMap<string, string>,
  word: (member: string) => string | undefined,
): UnitEntry | undefined {
  const [load, active, file] = ['LoadState', 'ActiveState', 'UnitFileState'].map(name => unit.get(name));
  if (load === undefined || active === undefined || file === undefined)
    throw garbled('units', [...unit].join(' '));
  if (load === 'not-found' && !working.has(active)) return undefined;
  return {
    active: working.has(active),
    enabled: enablement.get(word('enabled') ?? file) ?? null,
    reload: loaded(word('reload')),
    restart: loaded(word('restart')),
  };
}

function loaded(word: string | undefined): Loaded {
  if (word === undefined) return 'same';
  if (word === 'unknown' || word === 'same' || word === 'other') return word;
  throw garbled('units', word);
}

function properties(block: string): ReadonlyMap<string, string> {
  return new Map(
    block.split('\n').map(line => {
      const at = line.indexOf('=');
      if (at < 0) throw garbled('units', line);
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/**
 * A shell function: what identifies the files as they are now. Not the contents alone, so that a file
 * that was put back after a failed load counts as new. Shared with the service kind, which records it.
 */
export const fingerprint = `fingerprint() {
  for input do
    if [ -f "$input" ]; then
      stat -L -c '%i %Y %s' -- "$input"
      sha256sum <"$input"
    else
      echo absent
    fi
  done
}
`;

/** `generated` (a SysV script): only `is-enabled` looks into the run levels. */
const text = `${fingerprint}${scriptWorks}
export LC_ALL=C
init_scripts() {
  gap=
  for unit do
    printf "$gap"
    gap='\\n'
    if ! [ -x "/etc/init.d/$unit" ]; then
      printf 'LoadState=not-found\\nActiveState=inactive\\nUnitFileState=\\n'
      continue
    fi
    active=inactive file=disabled
    script_works "$unit" && active=active
    for link in /etc/rc[2345].d/S[0-9][0-9]"$unit"; do
      [ ! -e "$link" ] || file=enabled
    done
    printf 'LoadState=loaded\\nActiveState=%s\\nUnitFileState=%s\\n' "$active" "$file"
  done
}
records=$1 count=$2; shift 2
shown=$(
  n=$count total=$#
  while [ "$n" -gt 0 ]; do set -- "$@" "$1"; shift; n=$((n - 1)); done
  shift $((total - count))
  ${bySystemd} || { init_scripts "$@"; exit; }
  exec systemctl show -p LoadState -p ActiveState -p UnitFileState -- "$@"
) || exit 1
printf '%s\\n' "$shown"
echo inputs
shift "$count"
generated=
case $shown in *UnitFileState=generated*) generated=yes ;; esac
n=0
while [ $# -gt 0 ]; do
  unit=$1; shift
  if [ -n "$generated" ]; then
    word=$(systemctl is-enabled -- "$unit" 2>/dev/null)
    case $word in enabled | disabled) echo "$n enabled $word" ;; esac
  fi
  for verb in reload restart; do
    inputs=$1; shift
    [ "$inputs" -gt 0 ] || continue
    now=$(
      k=$inputs total=$#
      while [ "$k" -gt 0 ]; do set -- "$@" "$1"; shift; k=$((k - 1)); done
      shift $((total - inputs))
      fingerprint "$@"
    )
    if ! [ -e "$records/$unit.$verb" ]; then echo "$n $verb unknown"
    elif [ "$now" = "$(cat "$records/$unit.$verb")" ]; then echo "$n $verb same"
    else echo "$n $verb other"
    fi
    shift "$inputs"
  done
  n=$((n + 1))
done
echo end
`;
