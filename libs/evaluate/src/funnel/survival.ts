/** The share of `best` that is among `left`: Recall@m@k, with `left` the m kept and `best` the k wanted. */
export const survival = (best: Uint32Array, left: ReadonlySet<number>): number =>
  best.reduce((n, item) => n + Number(left.has(item)), 0) / best.length

/** Of each list, the share of `best` that it alone has: what would be lost without it. */
export const survivalByOneAlone = (
  best: Uint32Array,
  lists: readonly ReadonlySet<number>[],
): readonly number[] => {
  const alone = new Float64Array(lists.length)
  for (const item of best) {
    const holders = lists.flatMap((list, i) => (list.has(item) ? [i] : []))
    if (holders.length === 1) alone[holders[0]!]!++
  }
  return [...alone].map(n => n / best.length)
}

/** The sum of the `places` highest of `left`'s scores: the best page that can still be made. */
export const bestPage = (
  left: Iterable<number>,
  scoreOf: ReadonlyMap<number, number>,
  places: number,
): number =>
  [...left]
    .map(item => scoreOf.get(item) ?? 0)
    .sort((a, b) => b - a)
    .slice(0, places)
    .reduce((sum, score) => sum + score, 0)
