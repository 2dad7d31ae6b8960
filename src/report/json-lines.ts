import type { Reporter } from '../model/event.ts';
import { withoutSecrets } from './plan-json.ts';
import { printableJson } from './text.ts';

/** Events for programs: one JSON object a line, `v` and `time` (ISO 8601, UTC) first. */
export function jsonLines(write: (text: string) => void, now: () => Date = () => new Date()): Reporter {
  return event => {
    const data = event.event === 'plan.made' ? { ...event, plan: withoutSecrets(event.plan) } : event;
    write(`${printableJson({ v: 1, time: now().toISOString(), ...data })}\n`);
  };
}
