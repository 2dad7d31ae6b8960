import { isIP } from 'node:net';
import { parseNet, parseNetOrAddress } from './address.ts';
import { hasRange, spread } from './range.ts';

/** Whether every address is one is told by lint, which can say which. */
function isNetRange(text: string): boolean {
  const [first = ''] = spread(text).texts;
  return hasRange(text) && parseNet(first) !== undefined;
}

/** Formats of our own for JSON Schema. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  ip: text => isIP(text) !== 0 && !text.includes('%'),
  cidr: text => parseNet(text) !== undefined,
  'cidr-or-range': text => parseNet(text) !== undefined || isNetRange(text),
  'ip-or-cidr': text => parseNetOrAddress(text) !== undefined,
};
