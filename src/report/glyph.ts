import type { Action } from '../model/change.ts';
import type { Paint } from './paint.ts';

const glyphs: Readonly<Record<Action, string>> = { create: '+', update: '~', delete: '-' };

const tints: Readonly<Record<Action, keyof Paint>> = { create: 'create', update: 'update', delete: 'remove' };

/** The sign of an action, in its colour. */
export function glyph(action: Action, paint: Paint): string {
  return paint[tints[action]](glyphs[action]);
}
