import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IpvsadmSource } from '../../model/cluster.ts';
import { exit, Problem } from '../../model/problem.ts';
import type { Draft } from '../draft/draft.ts';
import { localFile } from './ssh.ts';

/** The tarball that ipvsadm is built from. A file is read here, and refused here if its sum is another one. */
export function buildIpvsadm({ yaml, directors }: Draft, directory: string): IpvsadmSource | undefined {
  const stated = yaml.director?.ipvsadm;
  if (stated === undefined) return undefined;
  const { source, sha256, hosts = directors.map(({ name }) => name) } = stated;
  if (/^https?:/.test(source)) return { source: { url: source }, sha256, hosts };
  const path = localFile(source, directory);
  const bytes = read(path);
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum !== sha256) {
    throw new Problem('the source of ipvsadm is not the one that the inventory means', {
      code: exit.input,
      where: path,
      why: `its SHA-256 is ${sum}, not ${sha256}`,
      next: 'see where the file came from before you change the sum in director.ipvsadm',
    });
  }
  return { source: { content: bytes.toString('base64') }, sha256, hosts };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Problem('the source of ipvsadm cannot be read', {
      code: exit.input,
      where: path,
      why: error instanceof Error ? error.message : String(error),
      next: 'director.ipvsadm.source is relative to the inventory',
    });
  }
}
