/**
 * Makes text that came from a host or a file safe to print: control characters and escape sequences
 * become visible, so nothing that a server says can move a cursor, hide a line or set a title.
 */
export function printable(text: string): string {
  return text.replace(/(?![\t\n])\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, char => {
    const code = char.codePointAt(0) ?? 0;
    return `\\x${code.toString(16).padStart(2, '0')}`;
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
