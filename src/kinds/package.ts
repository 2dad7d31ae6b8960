import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { bySystemd } from '../probes/init.ts';
import { packages } from '../probes/packages.ts';
import type { Presence } from './presence.ts';
import { patterns, schemaOf, text } from './schema.ts';

export interface PackageSpec {
  /** As the package manager lists it; no virtual package, which is never listed as installed. */
  readonly name: string;
  /** Its name where packages are rpms, if it is another one there. */
  readonly rpm?: string | undefined;
  readonly state?: Presence | undefined;
}

type Subject = { readonly name: string; readonly rpm?: string };
type State = { readonly installed: true };

/**
 * A package of the distribution (apt, dnf, yum, zypper). Its version is the distribution's affair and no part of the
 * state: an upgrade by hand is no drift. Installing starts and enables nothing, whatever the package's own
 * scripts want: what runs is what a service resource says. Removing takes along just those dependencies that
 * nothing needs any more because of it, and refuses to take anything else.
 */
export const packageKind: Kind<PackageSpec, Subject, State> = {
  name: 'package',
  schema: schemaOf(
    {
      title: 'Package',
      description:
        'A package of the distribution, installed by apt, dnf, yum or zypper. Its services are not started by it.',
      examples: [{ name: 'keepalived' }, { name: 'ipvsadm', state: 'absent' }],
    },
    ['name'],
    {
      name: text('Name', 'Name of the package, as the package manager lists it.', patterns.package),
      rpm: text(
        'Name as rpm',
        'Its name where packages are rpms, if it is another one there.',
        patterns.package,
      ),
    },
  ),
  subject: ({ name, rpm }) => ({ name, ...(rpm !== undefined && { rpm }) }),
  id: ({ name }) => name,
  asks: ({ name, rpm }) => [name, ...(rpm === undefined ? [] : [rpm])].map(key => ({ probe: packages, key })),

  read({ name, rpm = name }, answers) {
    const here = answers.get(packages, name)?.manager === 'apt' ? name : rpm;
    return answers.get(packages, here)?.installed === undefined ? undefined : { installed: true };
  },

  want: ({ state }) => (state === 'absent' ? undefined : { installed: true }),
  move: (subject, _from, to) => [to === undefined ? remove(subject) : install(subject)],
  effect: ({ name }, _from, to) =>
    to === undefined
      ? `removes ${name}, and what was installed for it alone`
      : `installs ${name}; starts nothing`,
};

function install({ name, rpm }: Subject): Command {
  return {
    argv: script('lvsform-install-package', installText, name, ...(rpm === undefined ? [] : [rpm])),
    label: `install ${name}`,
  };
}

function remove({ name, rpm }: Subject): Command {
  return {
    argv: script('lvsform-remove-package', removeText, name, ...(rpm === undefined ? [] : [rpm])),
    label: `remove ${name}`,
  };
}

/**
 * For hosts of either world. The words before `--` are zypper's alone. Its codes from 100 on are news, not failures, but for 104
 * (nothing found) and 107 (a script of the package failed).
 */
const managers = `rpms() {
  verb=$1; shift
  for manager in dnf yum; do
    command -v "$manager" >/dev/null || continue
    while [ "$1" != -- ]; do shift; done
    "$manager" -y -q "$verb" "$@" </dev/null
    return
  done
  zypper --non-interactive --quiet "$verb" "$@" </dev/null
  case $? in 0 | 100 | 101 | 102 | 103 | 106) return 0 ;; *) return 1 ;; esac
}
apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends -o DPkg::Lock::Timeout=60 \\
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" </dev/null
}`;

/**
 * policy-rc.d keeps the package's scripts from starting services while it is there (/usr/share/doc/sysv-rc,
 * invoke-rc.d(8)); a file of the administrator's own is left alone. Enabling has no such switch, so the units
 * that came with the package's source are disabled afterwards. A first failure may come from lists that are
 * old or missing.
 */
const installText = `set -u
export LC_ALL=C
name=$1
${managers}
installed() { dpkg-query -W -f '\${db:Status-Status} \${source:Package} \${binary:Package}\\n' | grep '^installed '; }
if ! command -v apt-get >/dev/null; then
  name=\${2:-$1}
  rpms install --no-recommends --auto-agree-with-licenses -- "$name"
  exit
fi
policy=/usr/sbin/policy-rc.d
if ! [ -e "$policy" ] && ! [ -L "$policy" ] || grep -qs '^# lvsform:' "$policy"; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
  printf '#!/bin/sh\\n# lvsform: an installation starts nothing\\nexit 101\\n' >"$policy"
  chmod 0755 "$policy"
fi
before=$(installed)
if ! said=$(apt install -- "$name" 2>&1); then
  dpkg --configure -a --force-confdef --force-confold </dev/null >/dev/null 2>&1
  apt update >/dev/null 2>&1
  if ! said=$(apt install -- "$name" 2>&1); then
    printf '%s\\n' "$said" | tail -n 20 >&2
    exit 1
  fi
fi
off() {
  if ${bySystemd}; then systemctl disable -- "$1"; else update-rc.d "\${1%.service}" disable; fi
}
source=$(dpkg-query -W -f '\${source:Package}' -- "$name")
installed | while read -r status from package; do
  [ "$from" = "$source" ] || continue
  case "
$before
" in *" $package
"*) continue ;; esac
  dpkg -L "$package" | sed -n \\
    -e 's|^.*/lib/systemd/system/\\([^/@]*\\.service\\)$|\\1|p' \\
    -e 's|^.*/lib/systemd/system/\\([^/@]*\\.socket\\)$|\\1|p' \\
    -e 's|^/etc/init\\.d/\\([^/]*\\)$|\\1.service|p'
done | sort -u | while read -r unit; do
  off "$unit" >/dev/null 2>&1 </dev/null
done
exit 0
`;

const removeText = `set -u
export LC_ALL=C
name=$1
${managers}
unneeded() { apt-get -s -o APT::AutoRemove::RecommendsImportant=false -o APT::AutoRemove::SuggestsImportant=false autoremove | sed -n 's/^Remv \\([^ ]*\\) .*/\\1/p' | sort; }
if ! command -v apt-get >/dev/null; then
  name=\${2:-$1}
  rpm -q -- "$name" >/dev/null || exit 0
  rpm -e --test -- "$name" || exit 1
  rpms remove --clean-deps -- "$name"
  exit
fi
[ "$(dpkg-query -W -f '\${db:Status-Status}' -- "$name" 2>/dev/null)" != not-installed ] || exit 0
dpkg-query -W -- "$name" >/dev/null 2>&1 || exit 0
others=$(apt-get -s purge -- "$name" | sed -n 's/^\\(Remv\\|Purg\\) \\([^ ]*\\) .*/\\2/p' | grep -vxF -- "$name")
if [ -n "$others" ]; then
  echo "not removing $name: these need it:" $others >&2
  exit 1
fi
before=$(unneeded)
apt purge -- "$name" >/dev/null || exit 1
set --
for package in $(unneeded); do
  case "
$before
" in *"
$package
"*) ;; *) set -- "$@" "$package" ;; esac
done
[ $# -eq 0 ] || apt purge -- "$@" >/dev/null
`;
