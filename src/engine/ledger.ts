import { type Command, script, takesInput } from '../model/command.ts';
import { canonical, type JsonObject } from '../model/json.ts';
import type { Probe } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import { parseTimedUndo, type TimedUndo, tellUndo, undoDirectory } from './timed-undo.ts';

/**
 * What lvsform remembers on a host, in /var/lib/lvsform/ledger.json (0600): the state of every
 * resource from before lvsform first changed it, in the order in which they were made. Destroy reads it
 * backwards; an entry that its playbook no longer names is an orphan.
 */
export type Ledger = {
  readonly version: 1;
  readonly entries: readonly Entry[];
};

export type Entry = {
  readonly address: string;
  readonly kind: string;
  readonly subject: JsonObject;
  /** null: it was not there. */
  readonly before: JsonObject | null;
  /** Sums of what lvsform makes of it, and of what it had made before, for kinds that are copied where another hand changed them. */
  readonly made?: readonly string[];
  /** Names of the playbooks that want it; it goes when the last of them lets go. */
  readonly owners: readonly string[];
};

export const emptyLedger: Ledger = { version: 1, entries: [] };

const directory = '/var/lib/lvsform';
const path = `${directory}/ledger.json`;

/** What a host remembers of lvsform: its ledger, and what a run left that was cut off. */
export interface Memory {
  readonly ledger: Ledger;
  readonly undo: TimedUndo | undefined;
}

/** Reads the ledger, and whether a timed undo is there; a host that never saw lvsform has neither. */
export const ledgerProbe: Probe<Memory> = {
  name: 'ledger',
  script: () => script('read-ledger', readText, path, undoDirectory, directory),
  parse(result, keys) {
    const [key = 'ledger'] = keys;
    const [, said = '', word, text = ''] =
      /^((?:undo .*\n(?:change .*\n)*)?)(absent|present)\n([\s\S]*)$/.exec(result.stdout) ?? [];
    if (result.code !== 0 || word === undefined || (word === 'absent' && text !== '')) {
      throw unreadable(result.stderr.trim() || 'the file cannot be read');
    }
    const ledger = word === 'absent' ? emptyLedger : parseLedger(text);
    return new Map([[key, { ledger, undo: parseTimedUndo(said.split('\n').slice(0, -1)) }]]);
  },
};

/**
 * What is in there is done as root, by `down` and by the timed undo, so it counts only where nobody but root could have
 * written it. A symbolic link, also one to a good place, is none of ours.
 */
const trusted = `LC_ALL=C
export LC_ALL
trusted() {
  for made in $(stat -c '%u:%A' -- "$@" || echo unknown); do
    case $made in
    0:[d-]????-??-*) ;;
    *) echo "$* is not as lvsform made it: others than root own it or may write to it, or it is a link" >&2; return 1 ;;
    esac
  done
}
`;

const readText = `${trusted}${tellUndo}
undo=$2
there=
if [ -e "$3" ] || [ -L "$3" ]; then
  if [ -e "$1" ] || [ -L "$1" ]; then there=yes; fi
  trusted "$3" \${there:+"$1"} || exit 1
fi
tell_undo
if [ -n "$there" ]; then echo present && exec cat -- "$1"; else echo absent; fi
`;

const writeText = `${takesInput}${trusted}
umask 077
[ -d "$2" ] || mkdir -p -- "$2" || exit 1
trusted "$2" || exit 1
# One run at a time has the host's lock: another one's draft is left over.
t=$2/.ledger.draft
[ ! -e "$t" ] || rm -f -- "$t" || exit 1
trap 'rm -f -- "$t"' EXIT
(set -C && given >"$t") && { sync "$t" 2>/dev/null || sync; } && mv -f -- "$t" "$1" && trap - EXIT
`;

export const askLedger = { probe: ledgerProbe, key: 'ledger' };

function parseLedger(text: string): Ledger {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable('it is not JSON');
  }
  const ledger = value as Partial<Ledger> | null;
  if (ledger?.version !== 1 || !Array.isArray(ledger.entries)) {
    throw unreadable('it was written by another version of lvsform');
  }
  return { version: 1, entries: ledger.entries };
}

function unreadable(why: string): Problem {
  return new Problem('the ledger of the host is not readable', {
    where: path,
    why,
    next: `look at ${path} on the host; without it, lvsform does not know what was there before it came`,
  });
}

/**
 * Adds what a playbook wants, with the states from before, in the playbook's order. An entry that is known keeps its
 * `before`: only the first one is the true one. What is not wanted stays behind what it was made after.
 */
export function record(ledger: Ledger, playbook: string, wanted: readonly Omit<Entry, 'owners'>[]): Ledger {
  const known = new Map(ledger.entries.map(entry => [entry.address, entry]));
  const entries = wanted.map(fresh => {
    const old = known.get(fresh.address);
    const owners = new Set([...(old?.owners ?? []), playbook]);
    return { ...fresh, before: old ? old.before : fresh.before, owners: [...owners] };
  });
  const named = new Set(entries.map(({ address }) => address));
  let place = 0;
  for (const entry of ledger.entries) {
    if (named.has(entry.address)) place = entries.findIndex(({ address }) => address === entry.address) + 1;
    else entries.splice(place++, 0, { ...entry, owners: [...entry.owners] });
  }
  return { version: 1, entries };
}

/** Takes entries out, whoever owns them: what they were about is as it was before, and another takes its place. */
export function forget(ledger: Ledger, addresses: ReadonlySet<string>): Ledger {
  return { version: 1, entries: ledger.entries.filter(({ address }) => !addresses.has(address)) };
}

/**
 * The ledger at the end of a run: the playbooks' hands are off all that is not wanted, and what nobody owns any more is
 * gone; what is wanted and on record is `owner`'s too, though it may have been another playbook that made it.
 */
export function settle(
  ledger: Ledger,
  owner: string,
  playbooks: ReadonlySet<string>,
  wanted: ReadonlySet<string>,
): Ledger {
  const entries = ledger.entries.flatMap(entry => {
    const owners = wanted.has(entry.address)
      ? [...new Set([...entry.owners, owner])]
      : entry.owners.filter(one => !playbooks.has(one));
    // What was made before has gone for good.
    const made = entry.made?.slice(0, 1);
    return owners.length === 0 ? [] : [{ ...entry, ...(made && { made }), owners }];
  });
  return { version: 1, entries };
}

/** Entries that only these playbooks own, which none of the wanted addresses names. */
export function orphans(
  ledger: Ledger,
  playbooks: ReadonlySet<string>,
  wanted: ReadonlySet<string>,
): readonly Entry[] {
  return ledger.entries.filter(
    entry => !wanted.has(entry.address) && entry.owners.every(owner => playbooks.has(owner)),
  );
}

/** Writes the ledger: whole or not at all, and never readable by others. An empty one is taken away with its directory. */
export function writeLedger(ledger: Ledger): Command {
  if (ledger.entries.length === 0) {
    return {
      argv: script(
        'drop-ledger',
        'rm -rf -- "$2/loaded" "$2/edited" && rm -f -- "$1" "$2/.ledger.draft" && { [ ! -d "$2" ] || rmdir -- "$2"; }',
        path,
        directory,
      ),
      label: 'drop the ledger',
    };
  }
  return {
    argv: script('write-ledger', writeText, path, directory),
    stdin: `${canonical(ledger)}\n`,
    secret: true,
    label: 'write the ledger',
  };
}
