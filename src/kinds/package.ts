import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { packages } from '../probes/packages.ts';
import { quietPackages, settlePackages } from './package-work.ts';
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
  move: (subject, _from, to) => [
    settlePackages(subject.name),
    to === undefined ? remove(subject) : install(subject),
  ],
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

/** A first failure may come from lists that are old or missing. */
const installText = `set -u
export LC_ALL=C
name=$1
${managers}
${quietPackages}
if ! command -v apt-get >/dev/null; then
  name=\${2:-$1}
  rpms install --no-recommends --auto-agree-with-licenses -- "$name"
  exit
fi
quietly
before=$(installed)
if ! said=$(apt install -- "$name" 2>&1); then
  DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --configure -a </dev/null >/dev/null 2>&1
  apt update >/dev/null 2>&1
  if ! said=$(apt install -- "$name" 2>&1); then
    printf '%s\\n' "$said" | tail -n 20 >&2
    exit 1
  fi
fi
no_units "$name"
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
