/** The `p`-quantile of unsorted values, by the nearest rank; NaN of none. */
export const quantile = (values: ArrayLike<number>, p: number): number => {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? NaN
}

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5)

/** Least and greatest, as a note says it. */
export const rangeOf = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`
