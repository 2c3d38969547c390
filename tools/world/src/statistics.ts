/** Mean of the values; 0 of none. */
export const mean = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at]!
  return values.length === 0 ? 0 : sum / values.length
}

/**
 * Intra-class correlation ICC(1) of `labels` by `groups` (small integers), from a one-way analysis
 * of variance with unequal groups: the share of variance that is between groups.
 */
export const intraClassCorrelation = (groups: ArrayLike<number>, labels: ArrayLike<number>) => {
  const sizes: number[] = []
  const sums: number[] = []
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row]!
    sizes[group] = (sizes[group] ?? 0) + 1
    sums[group] = (sums[group] ?? 0) + labels[row]!
  }
  const rows = groups.length
  const centre = mean(labels)
  let [count, squares, between, within] = [0, 0, 0, 0]
  sizes.forEach((size, group) => {
    const average = sums[group]! / size
    count++
    squares += size * size
    between += size * (average - centre) ** 2
    within -= size * average ** 2
  })
  for (let row = 0; row < rows; row++) within += labels[row]! ** 2
  const meanBetween = between / (count - 1)
  const meanWithin = within / (rows - count)
  const size = (rows - squares / rows) / (count - 1)
  return (meanBetween - meanWithin) / (meanBetween + (size - 1) * meanWithin)
}

/** Gini coefficient of non-negative counts: 0 is even, 1 is all in one. */
export const gini = (counts: ArrayLike<number>): number => {
  const sorted = Float64Array.from(counts).sort()
  let weighted = 0
  sorted.forEach((count, at) => (weighted += count * (2 * at + 1 - sorted.length)))
  return weighted / (sorted.length ** 2 * mean(sorted))
}

/** Share of the total that the top `part` of the counts have. */
export const topShare = (counts: ArrayLike<number>, part: number): number => {
  const sorted = Float64Array.from(counts).sort().reverse()
  const top = sorted.subarray(0, Math.max(1, Math.round(part * sorted.length)))
  return (mean(top) * top.length) / (mean(sorted) * sorted.length)
}

/** Chance that a positive scores above a negative, ties counting half; NaN without both. */
export const areaUnderCurve = (scores: Float64Array, labels: ArrayLike<number>): number => {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!)
  let [below, wins, positives] = [0, 0, 0]
  for (let start = 0, end = 0; start < order.length; start = end) {
    const score = scores[order[start]!]!
    let [ones, zeros] = [0, 0]
    for (; end < order.length && scores[order[end]!] === score; end++)
      if (labels[order[end]!] === 1) ones++
      else zeros++
    wins += ones * (below + zeros / 2)
    below += zeros
    positives += ones
  }
  return wins / (positives * below)
}

/** Log loss over the entropy of the base rate; 1 is as good as knowing the rate (He et al., 2014). */
export const normalisedEntropy = (chances: ArrayLike<number>, labels: ArrayLike<number>) => {
  const entropy = (p: number, q: number) => -q * Math.log(p) - (1 - q) * Math.log(1 - p)
  const base = mean(labels)
  let loss = 0
  for (let row = 0; row < labels.length; row++) loss += entropy(chances[row]!, labels[row]!)
  return loss / labels.length / entropy(base, base)
}
