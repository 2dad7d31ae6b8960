/**
 * A text in which every odd character is seen: control and formatting characters and line separators cannot move a
 * terminal's cursor or turn a line around.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, odd =>
    [...Array(odd.length).keys()]
      .map(index => `\\u${odd.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** A value as JSON, all of it visible. */
export function quoted(value: unknown): string {
  return visible(JSON.stringify(value) ?? String(value));
}
