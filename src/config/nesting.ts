/**
 * How deep a text can nest at most, from its brackets, dashes and indentation. The parser recurses: a file of brackets
 * alone would take the process down.
 */
export function nesting(text: string): number {
  let brackets = 0;
  let deepest = 0;
  const indents: number[] = [];
  for (const line of text.split('\n')) {
    const [lead = ''] = /^[ \t]*(?:[-?][ \t]+)*/.exec(line) ?? [];
    const indent = lead.search(/\S|$/);
    while ((indents.at(-1) ?? -1) >= indent) indents.pop();
    if (line.trim() !== '') indents.push(indent);
    for (const character of line) {
      if (character === '[' || character === '{') brackets += 1;
      else if ((character === ']' || character === '}') && brackets > 0) brackets -= 1;
      deepest = Math.max(deepest, brackets);
    }
    deepest = Math.max(deepest, indents.length + lead.replaceAll(/\s/g, '').length);
  }
  return deepest;
}
