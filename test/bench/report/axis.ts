/** A logarithmic axis from a power of ten to another, `length` pixels long. */
export interface Axis {
  readonly ticks: readonly number[];
  /** Where a value is, in pixels from the axis' beginning. */
  at(value: number): number;
}

/** The axis that holds all values, whole decades long. */
export function axisOf(values: readonly number[], length: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    at: value => ((Math.log10(value) - low) / (high - low)) * length,
  };
}

/** Moves labels apart that would lie on each other, and keeps their order. */
export function apart(places: readonly number[], distance: number): readonly number[] {
  const order = places.map((place, index) => ({ place, index })).toSorted((a, b) => a.place - b.place);
  let last = Number.NEGATIVE_INFINITY;
  const moved: number[] = [];
  for (const { place, index } of order) {
    last = Math.max(place, last + distance);
    moved[index] = last;
  }
  return moved;
}
