export { type MemoryHost, memoryHost } from './host.ts';
export type { Program, Programs } from './program.ts';
export { blankHost, type HostState } from './state.ts';
