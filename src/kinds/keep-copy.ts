import { createHash } from 'node:crypto';
import type { Copy } from '../model/kind.ts';
import type { Content } from '../probes/files.ts';
import { makeDirectory } from './directory.ts';
import { writeFile } from './write-file.ts';

/** Where copies go of what another hand wrote over what lvsform had written; `down` takes them away with the ledger. */
const directory = '/var/lib/lvsform/edited';

const root = { owner: 'root', group: 'root' };

/**
 * The copy of what was found at a path: `shown` is the same without its secrets, and the copy's name is made of that, such as
 * `etc%keepalived%keepalived.conf.5f2c1a9b03de`: one file for each content, so that no edit takes the place of another, and no
 * sum of a secret in a plan.
 */
export function copyOf(path: string, found: Content, shown: Content): Copy {
  const name = path.slice(1).replaceAll('%', '%25').replaceAll('/', '%').slice(-200);
  const place = `${directory}/${name}.${sumOf(shown).slice(0, 12)}`;
  return {
    sum: sumOf(found),
    place,
    keep: [
      makeDirectory(directory, { ...root, mode: '0700' }),
      writeFile(place, shown, { ...root, mode: '0600' }, undefined, []),
    ],
  };
}

function sumOf({ content, encoding }: Content): string {
  return createHash('sha256')
    .update(Buffer.from(content, encoding ?? 'utf8'))
    .digest('hex');
}
