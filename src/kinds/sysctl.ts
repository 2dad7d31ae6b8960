import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { type SysctlEntry, sysctlBootFile, sysctlPath, sysctls } from '../probes/sysctls.ts';
import { bootLine } from './boot-line.ts';
import type { Presence } from './presence.ts';
import { schemaOf, text } from './schema.ts';

export interface SysctlSpec {
  /** In either spelling of sysctl.d(5). */
  readonly key: string;
  readonly value: string;
  readonly state?: Presence | undefined;
}

type Subject = { readonly key: string };
/**
 * `value` is null while the kernel has no such key, `boot` where lvsform's file of sysctl.d(5) has no line
 * for it.
 */
type State = { readonly value: string | null; readonly boot: string | null };

/**
 * A kernel parameter, now and at boot. It is absent while the kernel has no such key, as net.ipv4.vs.* before
 * ip_vs is loaded; a value can not be taken away, so going back to "absent" removes the line for the boot and
 * leaves the key to go with its module. `state: absent` in a playbook means the same: no line, and the
 * running value as it is.
 */
export const sysctl: Kind<SysctlSpec, Subject, State> = {
  name: 'sysctl',
  schema: schemaOf(
    {
      title: 'Kernel parameter',
      description: 'A sysctl, set now and at each boot.',
      examples: [
        { key: 'net.ipv4.ip_forward', value: '1' },
        { key: 'net.ipv4.conf.eth0/100.arp_ignore', value: '1' },
        { key: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' },
      ],
    },
    ['key', 'value'],
    {
      key: text(
        'Key',
        'Name of the parameter; a dot within a part (eth0.100) is written as a slash.',
        '^[A-Za-z0-9_-]+([./][A-Za-z0-9_:@-]+)+$',
      ),
      value: text(
        'Value',
        'Its value, a string; numbers are parted by spaces.',
        '^[^\\s\\x00-\\x1f\\x7f#;]([^\\x00-\\x1f\\x7f]*[^\\s\\x00-\\x1f\\x7f])?$',
      ),
    },
  ),
  subject: ({ key }) => ({ key: canonicalKey(key) }),
  id: ({ key }) => key,
  asks: ({ key }) => [{ probe: sysctls, key }],
  read: ({ key }, answers) => stateOf(key, answers.get(sysctls, key)),

  want(spec, { answers }) {
    const value = normal(spec.value);
    if (spec.state !== 'absent') return { value, boot: value };
    const key = canonicalKey(spec.key);
    const found = stateOf(key, answers.get(sysctls, key));
    return found && found.value !== null ? { ...found, boot: null } : undefined;
  },

  move({ key }, from, to) {
    const steps: Command[] = [];
    if (to && to.value !== null && to.value !== from?.value) steps.push(set(key, to.value));
    const [boot, before] = [to?.boot ?? null, from?.boot ?? null];
    if (boot !== before)
      steps.push(bootLine(sysctlBootFile, key, boot === null ? undefined : `${key} = ${boot}`));
    return steps;
  },

  /** Those that decide what the host takes, answers and forwards, and by which routes. */
  cuts: ({ key }, from, to) =>
    /^net\.ipv[46]\.(ip_forward$|conf\.)/.test(key) && to?.value != null && from?.value !== to.value,

  mayStay({ key }, state, wanted) {
    if (wanted === undefined)
      return state?.boot === null ? `${key} keeps its value: a key goes with its module alone` : undefined;
    return state === undefined && wanted.boot === null
      ? `${key} is gone: it went with its module`
      : undefined;
  },

  effect({ key }, from, to) {
    if (to === undefined || to.value === null) return `no longer sets ${key} at boot`;
    return to.value === from?.value ? `keeps ${key} for the next boot` : `sets ${key} to ${to.value}`;
  },
};

/** The kernel turns 1 into 2 while memory is short, and back (update_defense_level in ip_vs_ctl.c): both are 1. */
const defences: ReadonlySet<string> = new Set(
  ['drop_entry', 'drop_packet', 'secure_tcp'].map(name => `net.ipv4.vs.${name}`),
);

function stateOf(key: string, entry: SysctlEntry | undefined): State | undefined {
  const running = normal(entry?.value);
  const value = running === '2' && defences.has(key) ? '1' : running;
  const boot = normal(entry?.boot);
  return value === null && boot === null ? undefined : { value, boot };
}

/** The kernel parts numbers by tabs, people by spaces. */
function normal(value: string | null | undefined): string | null {
  return value?.trim().replace(/\s+/g, ' ') ?? null;
}

/** The dotted spelling, the one that people know. */
function canonicalKey(key: string): string {
  return sysctlPath(key).replace(/[./]/g, mark => (mark === '/' ? '.' : '/'));
}

/** Not sysctl(8), which a minimal system lacks. */
function set(key: string, value: string): Command {
  return {
    argv: script('lvsform-set-sysctl', setText, sysctlPath(key), value),
    label: `set ${key} to ${value}`,
  };
}

const setText = `if ! [ -e "/proc/sys/$1" ]; then
  echo "the kernel has no $1: is its module loaded?" >&2
  exit 1
fi
printf '%s\\n' "$2" >"/proc/sys/$1"
`;
