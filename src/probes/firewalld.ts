import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, linesOf } from './answer.ts';

/** The rules of ours or others' that firewalld has been given, now and for its next start, by zone. */
export interface Firewalld {
  /** The zones that take packets: those with an interface or a source, and the default one. */
  readonly zones: readonly string[];
  readonly runtime: ZoneRules;
  readonly permanent: ZoneRules;
}

/** Rich rules by zone, as firewalld prints them. */
export type ZoneRules = { readonly [zone: string]: readonly string[] };

/** The only key: firewalld is one for a host. */
export const firewalldKey = 'zones';

/**
 * firewalld by its own command (firewall-cmd(1)), asked as little as can be: each call starts a Python. A change of the
 * default zone is written into firewalld.conf at once. Absent where the command is missing, or says that the daemon is not
 * running (exit code 252).
 */
export const firewalld: Probe<Firewalld> = {
  name: 'firewalld',
  script: () => script('lvsform-read-firewalld', text),

  parse(result, keys) {
    const lines = linesOf('firewalld', result);
    if (lines.length === 1 && lines[0] === 'off') return new Map(keys.map(key => [key, undefined]));
    const [first, second] = [lines.indexOf('@ runtime'), lines.indexOf('@ permanent')];
    const standard = /^default (\S+)$/.exec(lines[0] ?? '')?.[1];
    if (standard === undefined || first !== 1 || second < first) throw garbled('firewalld', lines.join('\n'));
    const runtime = zonesOf(lines.slice(first + 1, second));
    const permanent = zonesOf(lines.slice(second + 1));
    const zones = new Set([standard, ...runtime.filter(({ active }) => active).map(({ name }) => name)]);
    const answer = { zones: [...zones].sort(), runtime: rulesOf(runtime), permanent: rulesOf(permanent) };
    return new Map(keys.map(key => [key, answer]));
  },
};

interface Zone {
  readonly name: string;
  readonly active: boolean;
  readonly rules: string[];
}

/** `--list-all-zones`: a zone's name stands at the edge, its members are indented, and rich rules by a tab. */
function zonesOf(lines: readonly string[]): readonly Zone[] {
  const zones: Zone[] = [];
  for (const line of lines) {
    const [, name, notes = ''] = /^([^\s(]+)(?: \(([^)]*)\))?\s*$/.exec(line) ?? [];
    if (name !== undefined) zones.push({ name, active: /\bactive\b/.test(notes), rules: [] });
    else if (/^\t(rule .*\S)\s*$/.test(line) && zones.length > 0) zones.at(-1)?.rules.push(line.trim());
    else if (!/^(\s|$)/.test(line)) throw garbled('firewalld', line);
  }
  if (zones.length === 0) throw garbled('firewalld', lines.join('\n'));
  return zones;
}

function rulesOf(zones: readonly Zone[]): ZoneRules {
  return Object.fromEntries(
    zones.filter(({ rules }) => rules.length > 0).map(({ name, rules }) => [name, rules]),
  );
}

// It is asked over the system's bus (D-Bus specification, "System message bus"): without one it cannot have started.
const text = `export LC_ALL=C
off() { echo off; echo end; exit 0; }
command -v firewall-cmd >/dev/null || off
[ -e /run/dbus/system_bus_socket ] || [ -e /var/run/dbus/system_bus_socket ] || [ -e /run/firewalld.pid ] || off
listed=$(firewall-cmd --list-all-zones)
case $? in
0) ;;
252) off ;;
*) exit 1 ;;
esac
zone=$(sed -n 's/^DefaultZone=//p' /etc/firewalld/firewalld.conf 2>/dev/null | tail -n 1)
[ -n "$zone" ] || zone=$(firewall-cmd --get-default-zone) || exit 1
echo "default $zone"
echo '@ runtime'
printf '%s\n' "$listed"
echo '@ permanent'
firewall-cmd --permanent --list-all-zones || exit 1
echo end
`;
