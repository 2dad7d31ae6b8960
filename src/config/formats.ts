import { isIP } from 'node:net';
import { parseNet, parseNetOrAddress } from './address.ts';
import { hasRange, spread } from './range.ts';

/** Whether every address is one is told by lint, which can say which. */
function isNetRange(text: string): boolean {
  const [first = ''] = spread(text).texts;
  return hasRange(text) && parseNet(first) !== undefined;
}

/** A format as ajv takes it. */
interface Format {
  readonly type: 'string';
  readonly validate: (text: string) => boolean;
}

function format(validate: Format['validate']): Format {
  return { type: 'string', validate };
}

/** Formats of our own for JSON Schema. */
export const formats: Readonly<Record<string, Format>> = {
  ip: format(text => isIP(text) !== 0 && !text.includes('%')),
  cidr: format(text => parseNet(text) !== undefined),
  'cidr-or-range': format(text => parseNet(text) !== undefined || isNetRange(text)),
  'ip-or-cidr': format(text => parseNetOrAddress(text) !== undefined),
};
