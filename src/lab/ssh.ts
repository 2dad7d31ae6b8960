import { type RunningLab, runningHost } from './running-lab.ts';

/** The ssh command line to a lab's host as root, for `execIn`. The host's key must be the one that the lab made. */
export function sshArgv(lab: RunningLab, host: string, command: readonly string[] = []): string[] {
  const options = {
    IdentityFile: lab.identityFile,
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: lab.knownHostsFile,
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
    ConnectTimeout: '10',
    LogLevel: 'ERROR',
  };
  return [
    'ssh',
    ...['-F', 'none'],
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    `root@${runningHost(lab, host).address}`,
    ...(command.length > 0 ? ['--', ...command] : []),
  ];
}
