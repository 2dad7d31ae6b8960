import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, keyAt, linesOf } from './answer.ts';

/** Where lvsform keeps the modules that are loaded at boot (modules-load.d(5)); read before sysctl.d is. */
export const moduleBootFile = '/etc/modules-load.d/lvsform.conf';

/** `builtin`: part of the kernel itself, so it is there and can not go. */
export interface ModuleEntry {
  readonly loaded: boolean;
  readonly builtin: boolean;
  readonly boot: boolean;
}

/** The kernel's name of a module: `-` and `_` are the same to modprobe(8), and the kernel has only `_`. */
export function moduleName(name: string): string {
  return name.replaceAll('-', '_');
}

/**
 * Kernel modules by `moduleName`. /sys/module has a directory for each loaded module, and for those builtin
 * ones that have parameters; the other builtin ones are in modules.builtin of the running kernel.
 */
export const modules: Probe<ModuleEntry> = {
  name: 'modules',
  script: keys => script('lvsform-read-modules', text, moduleBootFile, ...keys),

  parse(result, keys) {
    const found = new Map<string, 'loaded' | 'builtin' | 'none'>();
    const builtin = new Set<string>();
    const boot = new Set<string>();
    for (const line of linesOf('modules', result)) {
      const [, word, rest = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      if (word === 'boot') boot.add(moduleName(rest.trim()));
      else if (word === 'kernel') builtin.add(moduleName(/([^/]+)\.ko/.exec(rest)?.[1] ?? ''));
      else if (word === 'loaded' || word === 'builtin' || word === 'none')
        found.set(keyAt('modules', keys, rest), word);
      else throw garbled('modules', line);
    }
    return new Map(
      [...found].map(([key, word]) => {
        const inKernel = word === 'builtin' || (word === 'none' && builtin.has(key));
        return [key, { loaded: word === 'loaded' || inKernel, builtin: inKernel, boot: boot.has(key) }];
      }),
    );
  },
};

/**
 * A loaded module has a file `initstate`; the directory of a builtin one has none (kernel, module/sysfs.c).
 */
const text = `export LC_ALL=C
[ -d /sys/module ] || { echo '/sys is not mounted' >&2; exit 1; }
boot=$1; shift
list=; n=0
for name do
  if [ -e "/sys/module/$name/initstate" ]; then echo "loaded $n"
  elif [ -d "/sys/module/$name" ]; then echo "builtin $n"
  else echo "none $n"; [ -n "$list" ] || list=/lib/modules/$(uname -r)/modules.builtin
  fi
  n=$((n + 1))
done
if [ -n "$list" ] && [ -e "$list" ]; then sed 's/^/kernel /' "$list" || exit 1; fi
if [ -e "$boot" ]; then sed 's/^/boot /' "$boot" || exit 1; fi
echo end
`;
