import { isIP } from 'node:net';
import { parseNet, parseNetOrAddress } from './address.ts';

/** Formats of our own for JSON Schema. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  ip: text => isIP(text) !== 0 && !text.includes('%'),
  cidr: text => parseNet(text) !== undefined,
  'ip-or-cidr': text => parseNetOrAddress(text) !== undefined,
};
