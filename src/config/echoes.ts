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
  for (const error of errors) {
    const branch = error === wrapper ? undefined : branchOf(error, wrapper);
    if (branch !== undefined) branches.set(branch, [...(branches.get(branch) ?? []), error]);
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

/** In which branch of an alternative it is. What a branch refers to ($ref) is told under its own path, not the branch's. */
function branchOf(error: SchemaError, wrapper: SchemaError): string | undefined {
  const inside = `${wrapper.schemaPath}/`;
  if (error.schemaPath.startsWith(inside)) return error.schemaPath.slice(inside.length).split('/')[0];
  if (!`${error.instancePath}/`.startsWith(`${wrapper.instancePath}/`)) return undefined;
  const branches = (wrapper.schema ?? []) as readonly {
    readonly $ref?: string;
    readonly items?: { readonly $ref?: string };
  }[];
  const inList = Array.isArray(wrapper.data) && error.instancePath !== wrapper.instancePath;
  const at = branches.findIndex(({ $ref, items }) => {
    const ref = inList ? items?.$ref : $ref;
    return ref !== undefined && error.schemaPath.startsWith(`${ref}/`);
  });
  return at < 0 ? undefined : String(at);
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
