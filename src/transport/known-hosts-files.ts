import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exit, Problem } from '../model/problem.ts';
import { type KnownHost, KnownHosts, knownHostLine, parseKnownHosts } from './known-hosts.ts';

/**
 * known_hosts files, each read once in a run. A file that is not there knows nobody; one that cannot
 * be read is refused, for it may be the one that revokes a key.
 */
export class KnownHostsFiles {
  readonly #files = new Map<string, Promise<KnownHosts>>();
  #writing: Promise<unknown> = Promise.resolve();

  /** What the files say that may be about a host. */
  async about(files: readonly string[], host: string, port: number): Promise<readonly KnownHost[]> {
    const read = await Promise.all(files.map(file => this.#read(file)));
    return read.flatMap(known => known.about(host, port));
  }

  /** Runs one task at a time, so that two connections do not both find a host new and record it. */
  alone<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#writing.then(task);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  /** Appends a host's key in one write, so that lines of several processes do not tear each other. */
  async record(file: string, host: string, port: number, key: Buffer): Promise<void> {
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const line = (await endsWithinLine(file)) ? '\n' : '';
      await appendFile(file, line + knownHostLine(host, port, key), { mode: 0o600 });
    } catch (error) {
      throw new Problem(`the host key of ${host} cannot be recorded`, {
        code: exit.unreachable,
        where: file,
        why: reason(error),
        next: 'make the file writable, or name another one with known_hosts',
        cause: error,
      });
    }
    this.#files.delete(file);
  }

  #read(file: string): Promise<KnownHosts> {
    const known = this.#files.get(file) ?? readKnownHosts(file);
    this.#files.set(file, known);
    return known;
  }
}

async function readKnownHosts(file: string): Promise<KnownHosts> {
  try {
    return new KnownHosts(parseKnownHosts(await readFile(file, 'utf8'), file));
  } catch (error) {
    if (isMissing(error)) return new KnownHosts([]);
    throw new Problem('known_hosts cannot be read, so no host key can be checked', {
      code: exit.unreachable,
      where: file,
      why: reason(error),
      next: 'make the file readable, or name another one with known_hosts',
      cause: error,
    });
  }
}

/** Whether the file's last line lacks its newline: an appended line would be lost within it. */
async function endsWithinLine(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (handle === undefined) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 10;
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
