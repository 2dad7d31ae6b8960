/** What moves a cursor, sets a title, or makes text look like another: controls (C1 too), formats such as bidi's, separators. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Makes text that came from a host or a file safe to print: control characters and escape sequences
 * become visible, so nothing that a server says can move a cursor, hide a line or set a title.
 */
export function printable(text: string): string {
  return text.replace(unprintable, char => {
    if (char === '\t' || char === '\n') return char;
    const code = char.codePointAt(0) ?? 0;
    return `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/** JSON is printed as well: what it holds of the same characters is written as \uXXXX, which means the same. */
export function printableJson(value: unknown, space?: number): string {
  return JSON.stringify(value, null, space).replace(unprintable, char => {
    if (char === '\n') return char;
    const units = Array.from({ length: char.length }, (_, index) => char.charCodeAt(index));
    return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/** Every line with the prefix in front. */
export function indent(text: string, prefix: string): string {
  return text
    .split('\n')
    .map(line => (line === '' ? '' : prefix + line))
    .join('\n');
}

/** `1 change`, `2 changes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A duration that a person reads: `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
