import type { Cluster } from '../model/cluster.ts';
import type { Argv } from '../model/command.ts';

/** A program that keepalived is to run, and by whom. */
export interface RunScript {
  readonly script: Argv;
  readonly user: string;
}

/** Every program that keepalived runs for a service: in checks, and when real servers or the quorum change. */
export function serviceScripts({
  director,
  services,
  keepalived: { scriptUser },
}: Cluster): readonly RunScript[] {
  if (director.mode !== 'keepalived') return [];
  return services
    .flatMap(({ availability, checks, realServers }) => [
      { words: availability.quorumUp, user: scriptUser },
      { words: availability.quorumDown, user: scriptUser },
      ...realServers.flatMap(({ notifyUp, notifyDown }) => [
        { words: notifyUp, user: scriptUser },
        { words: notifyDown, user: scriptUser },
      ]),
      ...[...checks, ...realServers.flatMap(server => server.checks ?? [])].map(check =>
        check.type === 'script'
          ? { words: check.run, user: check.user ?? scriptUser }
          : { words: undefined, user: scriptUser },
      ),
    ])
    .flatMap(({ words, user }) => {
      const [program, ...rest] = words ?? [];
      return program === undefined ? [] : [{ script: [program, ...rest], user }];
    });
}
