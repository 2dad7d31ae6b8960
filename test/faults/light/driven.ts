import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { lightImage } from './image.ts';
import { startInside } from './namespace.ts';

/**
 * Runs a driver of a table in namespaces of its own, and hands on what it says, a JSON object a line. Throws unless it came to its
 * end.
 */
export async function driven(
  driver: string,
  args: readonly string[],
  onSaid: (said: { readonly [member: string]: unknown }) => void,
  signal?: AbortSignal,
): Promise<void> {
  const image = await lightImage();
  const child = startInside(driver, ['--image', image, ...args]);
  const stop = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  if (child.stdout === null) throw new Error('the driver has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    onSaid(JSON.parse(line) as { readonly [member: string]: unknown });
  }
  signal?.removeEventListener('abort', stop);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`${driver} broke off (${child.exitCode ?? child.signalCode})`);
}
