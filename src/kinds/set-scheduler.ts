import { type Command, script } from '../model/command.ts';
import { serviceWords } from '../probes/ipvs-words.ts';

/**
 * Gives a service of the live table another scheduler, and leaves all else of it: an edit takes away what it does not
 * name, so its words are read first. Flags are the scheduler's own. One that is no longer there has none.
 */
export function setScheduler(service: string, scheduler: string, flags: string): Command {
  return {
    argv: script('lvsform-set-scheduler', setText, serviceWords(service).join(' '), scheduler, flags),
    label: `set the scheduler ${scheduler}`,
  };
}

const setText = `export LC_ALL=C
set -f
table=$(ipvsadm -Sn) || exit 1
line=$(printf '%s\\n' "$table" | grep -F -- "-A $1 -s ")
[ -n "$line" ] || exit 0
rest=\${line#*" -s "}
rest=\${rest#"\${rest%%[ ]*}"}
case $rest in *' -b '*)
  flag=\${rest#*' -b '}
  rest="\${rest%%' -b '*} \${flag#"\${flag%%[ ]*}"}" ;;
esac
ipvsadm -E $1 -s "$2" $rest \${3:+-b "$3"}
`;
