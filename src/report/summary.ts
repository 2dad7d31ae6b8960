import type { Action, Plan } from '../model/change.ts';
import { counted } from './text.ts';

/** `Plan: 3 to create, 1 to update, 0 to delete, on 2 hosts.` */
export function summary(plan: Plan): string {
  const changes = plan.hosts.flatMap(host => host.changes);
  if (changes.length === 0) return 'No changes: the hosts are as they should be.';
  const of = (action: Action) => changes.filter(change => change.action === action).length;
  const hosts = new Set(plan.hosts.map(({ host }) => host)).size;
  return `Plan: ${of('create')} to create, ${of('update')} to update, ${of('delete')} to delete, on ${counted(hosts, 'host')}.`;
}
