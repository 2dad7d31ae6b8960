import type { SchemaError } from './schema-error.ts';

/**
 * The errors that are mistakes of the author's, without the validator's echoes of them: a wrapper
 * that only says that something inside failed, and the branches of an alternative that were not meant.
 */
export function withoutEchoes(errors: readonly SchemaError[]): readonly SchemaError[] {
  const dropped = new Set<SchemaError>();
  for (const error of errors) {
    if (error.keyword === 'if' || error.keyword === 'propertyNames') dropped.add(error);
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf') {
      for (const echo of alternatives(error, errors)) dropped.add(echo);
    }
  }
  return onePerPlace(errors.filter(error => !dropped.has(error)));
}

/** Which errors to drop for a failed anyOf or oneOf: all but those of the branch that comes closest. */
function alternatives(wrapper: SchemaError, errors: readonly SchemaError[]): readonly SchemaError[] {
  const branches = new Map<string, SchemaError[]>();
  const inside = `${wrapper.schemaPath}/`;
  for (const error of errors) {
    if (error === wrapper || !error.schemaPath.startsWith(inside)) continue;
    const [branch = ''] = error.schemaPath.slice(inside.length).split('/');
    branches.set(branch, [...(branches.get(branch) ?? []), error]);
  }
  const all = [...branches.values()].flat();
  const missing = (error: SchemaError) =>
    error.keyword === 'required' && error.instancePath === wrapper.instancePath;
  if (all.length > 0 && all.every(missing)) return all;
  const meant = [...branches.values()].filter(
    branch => !branch.some(error => error.instancePath === wrapper.instancePath && error.keyword === 'type'),
  );
  const [best] = meant.sort((a, b) => a.length - b.length);
  return best === undefined ? all : [wrapper, ...all.filter(error => !best.includes(error))];
}

/** Violations of several words at one value are one mistake: its type counts first, then its shape. */
const rank = ['type', 'const', 'enum', 'pattern', 'format', 'minLength', 'maxLength', 'minimum', 'maximum'];

function onePerPlace(errors: readonly SchemaError[]): readonly SchemaError[] {
  const best = new Map<string, SchemaError>();
  for (const error of errors) {
    if (!rank.includes(error.keyword)) continue;
    const place = placeOf(error);
    const other = best.get(place);
    if (other === undefined || rank.indexOf(error.keyword) < rank.indexOf(other.keyword))
      best.set(place, error);
  }
  return errors.filter(error => !rank.includes(error.keyword) || best.get(placeOf(error)) === error);
}

function placeOf({ instancePath, propertyName }: SchemaError): string {
  return `${instancePath}\0${propertyName ?? ''}`;
}
