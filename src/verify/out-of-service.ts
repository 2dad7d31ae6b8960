import { type Command, script } from '../model/command.ts';
import type { Transport } from '../model/transport.ts';
import type { Out } from './live.ts';

/**
 * keepalived says in its log why it takes an RS out: `TCP connection to [192.168.0.224]:tcp:80 failed.` The journal,
 * or the files of a host without one.
 */
const text = `{ journalctl -u keepalived -o cat --no-pager -n 2000 2>/dev/null | grep . || tail -q -n 5000 /var/log/syslog /var/log/messages /var/log/daemon.log 2>/dev/null | grep -i keepalived; } |
  grep -F -- "[$1]:" | grep -v -e 'Removing service' -e 'Adding service' -e 'Disabling' -e 'Gained quorum' | tail -n 1`;

/** Says by name which RS is out, and what its check says. */
export async function explainOut(
  out: readonly Out[],
  transportOf: (host: string) => Transport,
): Promise<readonly string[]> {
  return Promise.all(
    out.map(async ({ director, server, how }) => {
      const command: Command = {
        argv: script('why-out', text, server.rip),
        label: `why ${server.host} is out`,
      };
      const [result] = await transportOf(director).run([command], { keepGoing: true });
      const said = result?.stdout.trim().split('\n').at(-1) ?? '';
      return `${server.host} is out of service: ${how}${said === '' ? '' : ` (${said})`}`;
    }),
  );
}
