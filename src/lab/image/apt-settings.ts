import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';
import { debianSources } from './apt-sources.ts';

const apt = '/etc/apt';
// How this machine reaches its mirror, as against what it does with packages.
const reaching = /^Acquire::(https?::.*|Retries|Check-Valid-Until|Check-Date) "/;

/** How this machine's apt reaches Debian, for building the base image in the same way. */
export interface AptSettings {
  /** Lines for a sources.list; empty when this machine names no Debian mirror. */
  readonly sources: readonly string[];
  /** Lines for an apt.conf: proxies and the like. */
  readonly options: readonly string[];
}

/** Reads the settings; writes nothing. */
export async function aptSettings(codename: string, signal?: AbortSignal): Promise<AptSettings> {
  const parts = await readdir(join(apt, 'sources.list.d')).catch(() => []);
  const names = ['sources.list', ...parts.map(part => join('sources.list.d', part))];
  const files = await Promise.all(
    names
      .filter(name => name.endsWith('.list') || name.endsWith('.sources'))
      .map(async name => ({ name, text: await readFile(join(apt, name), 'utf8').catch(() => '') })),
  );
  const dump = await run(['apt-config', 'dump'], { signal });
  return {
    sources: debianSources(files, codename),
    options: dump.split('\n').filter(line => reaching.test(line)),
  };
}
