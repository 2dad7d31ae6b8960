/** A value that lint has made sure of. Its absence is a bug of ours, never a mistake of the user's. */
export function certain<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('lint let an incomplete inventory pass');
  return value;
}
