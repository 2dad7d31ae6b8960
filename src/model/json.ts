/** A value that JSON can hold: states, subjects and events are made of it, so that all of them can be saved. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

export type JsonObject = { readonly [key: string]: Json | undefined };

/** JSON with sorted keys and no undefined members: equal values give equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Equality by value, the order of members aside; members that are undefined count as missing. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((each, index) => equal(each, b[index]));
  }
  if (isList(b)) return false;
  const members = membersOf(a);
  return (
    members.length === membersOf(b).length &&
    members.every(name => Object.hasOwn(b, name) && equal(a[name], b[name]))
  );
}

function isList(value: JsonObject | readonly Json[]): value is readonly Json[] {
  return Array.isArray(value);
}

function membersOf(value: JsonObject): readonly string[] {
  return Object.keys(value).filter(name => value[name] !== undefined);
}
