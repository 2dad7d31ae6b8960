import { command } from '../kinds/command.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { script } from '../model/command.ts';
import { type Resource, resource } from '../model/kind.ts';
import { type RunScript, serviceScripts } from './service-scripts.ts';

/**
 * Every program that VRRP and health checks make keepalived run on this director. keepalived leaves out what it does not trust (with
 * enable_script_security), and a user that there is not, with no more than a line in the log; here it is a refusal.
 */
export function trustedScripts(cluster: Cluster, host: Host): readonly Resource[] {
  const { scriptUser, trackScripts, syncGroups } = cluster.keepalived;
  const own = cluster.vrrp.filter(({ members }) => members.some(member => member.host === host.name));
  const told = [...own, ...syncGroups].flatMap(({ notify }) => notify);
  return scriptChecks([
    ...[...trackScripts, ...told].map(({ script: argv, user }) => ({
      script: argv,
      user: user ?? scriptUser,
    })),
    ...serviceScripts(cluster),
  ]);
}

/** One check for each program and user: it is there, and nobody but root can put another in its place. */
export function scriptChecks(scripts: readonly RunScript[]): readonly Resource[] {
  const each = new Map(
    scripts.map(({ script: [program], user }) => [`${program} ${user}`, { program, user }]),
  );
  return [...each.values()].map(({ program, user }) => {
    const test = script('lvsform-trust-script', trust, program, user);
    const name = `script ${program.slice(1).replaceAll('/', '.')} by ${user}`;
    return resource(
      command,
      { name, run: test, unless: test },
      'keepalived runs no script that others could change',
    );
  });
}

/** keepalived.conf(5), "enable_script_security"; links are followed first, as keepalived does. */
const trust = `set -u
LC_ALL=C
export LC_ALL
refuse() { echo "$1" >&2; exit 1; }
id -u "$2" >/dev/null 2>&1 || refuse "there is no user $2, who is to run $1"
path=$(readlink -f "$1") && [ -f "$path" ] || refuse "there is no $1: put it there, for example by a playbook that is run before"
[ -x "$path" ] || refuse "$1 can not be executed: chmod 0755 $path"
while :; do
  at=$(stat -c '%u %A' "$path") || exit 1
  case $at in
  '0 '?????w* | '0 '????????w*) refuse "others than root may write to $path: chmod go-w $path" ;;
  '0 '*) ;;
  *) refuse "$path does not belong to root: chown root $path" ;;
  esac
  [ "$path" != / ] || exit 0
  path=\${path%/*}
  path=\${path:-/}
done
`;
