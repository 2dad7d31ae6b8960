import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, linesOf } from './answer.ts';

export const initSystems = ['systemd', 'sysv'] as const;
export type InitSystem = (typeof initSystems)[number];

/** The only key of the probe. */
export const initKey = 'init';

/**
 * What starts a host's services. systemd has its directory below /run when it is what booted the host (sd_booted(3)),
 * whichever packages are installed; else it is scripts of /etc/init.d, which every other init of Linux runs at boot.
 */
export const init: Probe<InitSystem> = {
  name: 'init',
  script: () => script('lvsform-read-init', text),

  parse(result, keys) {
    const [found, ...rest] = linesOf('init', result);
    const system = initSystems.find(one => one === found);
    if (system === undefined || rest.length > 0) throw garbled('init', String(found));
    return new Map(keys.map(key => [key, system]));
  },
};

/** A condition of sh: systemd booted this host. */
export const bySystemd = '[ -d /run/systemd/system ]';

/**
 * A function of sh: whether the service of a script of /etc/init.d works. The script knows (LSB, "Init Script Actions");
 * of one that does not, as Debian's of keepalived, the process in its pid file must be alive. A subshell, so that it has its
 * variables to itself.
 */
export const scriptWorks = `script_works() (
  if grep -q 'status[ |)]' "/etc/init.d/$1"; then
    env -i "PATH=$PATH" TERM=dumb LC_ALL=C "/etc/init.d/$1" status </dev/null >/dev/null 2>&1
    exit
  fi
  pid=
  for file in "/run/$1.pid" "/run/$1/$1.pid"; do
    if [ -f "$file" ]; then read -r pid <"$file" || :; fi
  done
  [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null
)
`;

const text = `if ${bySystemd}; then echo systemd
elif [ -d /etc/init.d ]; then echo sysv
else
  echo 'neither systemd nor /etc/init.d is on this host: lvsform can not manage its services' >&2
  exit 1
fi
echo end
`;
