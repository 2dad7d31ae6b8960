import type { Argv } from '../model/command.ts';
import type { AskSettings } from '../model/verification.ts';
import type { Target } from './target.ts';

/**
 * Connects, says something and reads until the answer holds what is expected. bash connects by itself (bash(1),
 * REDIRECTION, /dev/tcp), so this takes no program that speaks the protocol. What is said is in the escapes of printf's
 * %b, which alone can write a NUL.
 */
const text = `LC_ALL=C
exec 3<>"/dev/tcp/$1/$2" || exit 7
if [ -n "$3" ]; then printf %b "$3" >&3; fi
if [ -z "$3$4" ]; then exit 0; fi
got=
while IFS= read -r -N 1 -t 3 -u 3 one; do
  got=$got$one
  case $got in *"$4"*) printf '%s\\n' "$got"; exit 0 ;; esac
  if [ "\${#got}" -ge 4096 ]; then break; fi
done
printf '%s\\n' "\${got:-no answer}"
exit 1`;

/** What is said to a program that is known, and what its answer holds at least. */
const known = {
  memcached: { say: 'version\\r\\nquit\\r\\n', hear: 'VERSION ' },
  redis: { say: 'PING\\r\\n', hear: '+PONG' },
  // SSLRequest, to which PostgreSQL answers S or N before anybody has logged in (Frontend/Backend Protocol, 55.7).
  postgresql: { say: '\\0000\\0000\\0000\\0010\\0004\\0322\\0026\\0057', hear: '' },
} as const;

/** The program that talks to a target over TCP. */
export function dialogue(
  settings: Extract<AskSettings, { type: 'connect' | keyof typeof known }>,
  { address, port }: Target,
  expect?: string,
): Argv {
  const { say, hear } =
    settings.type === 'connect'
      ? { say: (settings.send ?? '').replaceAll('\\', '\\\\'), hear: '' }
      : known[settings.type];
  return ['timeout', '8', 'bash', '-c', text, 'ask', address, String(port), say, expect ?? hear];
}
