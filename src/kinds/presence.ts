/** Whether a resource shall be there; every spec's `state`. */
export type Presence = 'present' | 'absent';
