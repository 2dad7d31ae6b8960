import { quoted } from './quoted.ts';

/** Where a value stands in a document: keys and list positions from the top. */
export type Path = readonly (string | number)[];

/** A path for people: `services.http.real_servers[0]`. Keys that are no plain words are quoted. */
export function showPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z0-9_-]+$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${quoted(step)}]`;
  }
  return text;
}

/** The path that a JSON pointer names in `data`; list positions become numbers. */
export function fromPointer(pointer: string, data: unknown): Path {
  const steps = pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let value = data;
  return steps.map(step => {
    const key = Array.isArray(value) ? Number(step) : step;
    value = child(value, key);
    return key;
  });
}

/** The value at a path, or undefined. */
export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce(child, data);
}

function child(value: unknown, key: string | number): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}
