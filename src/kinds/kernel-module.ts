import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import type { Answers } from '../model/probe.ts';
import { moduleBootFile, moduleName, modules } from '../probes/modules.ts';
import { bootLine } from './boot-line.ts';
import type { Presence } from './presence.ts';
import { patterns, schemaOf, text } from './schema.ts';

export interface KernelModuleSpec {
  /** `-` and `_` are the same in it. */
  readonly name: string;
  readonly state?: Presence | undefined;
}

type Subject = { readonly name: string };
type State = { readonly loaded: boolean; readonly boot: boolean };

/**
 * A kernel module, loaded now (modprobe(8)) and at boot (modules-load.d(5)). Absent is neither of the two.
 * What the kernel has built in is always loaded. Unloading is a wish: a module that something still uses
 * stays, the step says so on stderr and succeeds, for taking away its user is not this resource's business.
 */
export const kernelModule: Kind<KernelModuleSpec, Subject, State> = {
  name: 'kernel-module',
  schema: schemaOf(
    {
      title: 'Kernel module',
      description: 'A kernel module that is loaded now and at each boot.',
      examples: [{ name: 'ip_vs' }, { name: 'ip_vs_wrr' }, { name: 'ipip', state: 'absent' }],
    },
    ['name'],
    { name: text('Name', 'Name of the module; - and _ are the same.', patterns.module) },
  ),
  subject: ({ name }) => ({ name: moduleName(name) }),
  id: ({ name }) => name,
  asks: ({ name }) => [{ probe: modules, key: name }],
  read: ({ name }, answers) => stateOf(name, answers),

  want({ name, state }, { answers }) {
    if (state !== 'absent') return { loaded: true, boot: true };
    const builtin = answers.get(modules, moduleName(name))?.builtin;
    return builtin ? { loaded: true, boot: false } : undefined;
  },

  move({ name }, from, to) {
    const steps: Command[] = [];
    if (to?.loaded && !from?.loaded) steps.push({ argv: ['modprobe', '--', name], label: `load ${name}` });
    if (Boolean(to?.boot) !== Boolean(from?.boot))
      steps.push(bootLine(moduleBootFile, name, to?.boot ? name : undefined));
    if (from?.loaded && !to?.loaded) steps.push(unload(name));
    return steps;
  },

  mayStay: ({ name }, state, wanted) =>
    wanted === undefined && state?.boot === false
      ? `${name} stays loaded: something still uses it`
      : undefined,

  effect({ name }, from, to) {
    if (to?.loaded && !from?.loaded) return `loads ${name}${to.boot ? ', now and at boot' : ''}`;
    if (from?.loaded && !to?.loaded) return `unloads ${name} if nothing uses it`;
    return `${to?.boot ? 'loads' : 'no longer loads'} ${name} at boot`;
  },
};

function stateOf(name: string, answers: Answers): State | undefined {
  const { loaded, boot } = answers.get(modules, name) ?? { loaded: false, boot: false };
  return loaded || boot ? { loaded, boot } : undefined;
}

function unload(name: string): Command {
  return { argv: script('lvsform-unload-module', unloadText, name), label: `unload ${name}` };
}

/** Idle modules that build on it go first: IPVS loads its schedulers by itself, and they hold it. */
const unloadText = `for holder in "/sys/module/$1/holders"/*; do
  [ ! -e "$holder" ] || modprobe -r -- "\${holder##*/}" 2>/dev/null
done
[ -e "/sys/module/$1/initstate" ] || exit 0
modprobe -r -- "$1" || echo "$1 stays loaded: it is still in use" >&2
exit 0
`;
