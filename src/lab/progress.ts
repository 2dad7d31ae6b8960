import type { Event } from '../model/event.ts';

/** What a lab tells while it comes and goes; a reporter's own event. */
export type LabProgress = Extract<Event, { event: 'lab.progress' }>;

export type OnProgress = (progress: LabProgress) => void;

/** An event about one host, or about the lab as a whole. */
export function progress(text: string, host?: string): LabProgress {
  return { event: 'lab.progress', text, ...(host !== undefined && { host }) };
}
