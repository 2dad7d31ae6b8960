import { childrenOf } from './host.ts';

/** A process and all below it. */
export function processesOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(processesOf)];
}
