import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quote } from '../../../src/model/quote.ts';
import { addressOf, demand, sshOptions, type Tool } from './tool.ts';

/** As many at the same time as lvsform has (its --parallel). */
const parallel = 64;

/**
 * The least that it can cost: OpenSSH's client, tuned, one process a host, many at the same time, sends the very commands
 * by which lvsform reads a host, and the answers go into a file that nobody looks at.
 */
export function rawSsh(title: string, script: string): Tool {
  return {
    name: 'ssh',
    title,
    does: ['again'],
    prepare(target) {
      writeFileSync(
        join(target.folder, 'hosts'),
        target.hosts.map(host => `${addressOf(host, target)}\n`).join(''),
      );
    },
    invocation(target) {
      const ssh = ['ssh', '-F', '/dev/null', '-T', '-n', ...sshOptions(target)];
      const command = `exec sh -c ${quote(script)}`;
      return {
        argv: ['xargs', '-a', 'hosts', '-P', `${parallel}`, '-I{}', ...ssh, '{}', command],
        env: {},
        cwd: target.folder,
      };
    },
    changed(measured, { hosts }) {
      demand(measured, 'ssh');
      // What many write into one file may meet in the middle of a line.
      const whole = measured.stdout.match(/all was read/g)?.length ?? 0;
      if (whole !== hosts.length) throw new Error(`ssh read ${whole} of ${hosts.length} hosts`);
      return 0;
    },
  };
}
