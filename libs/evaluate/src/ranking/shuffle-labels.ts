import { type Examples, LABELS, rng } from '@explore/learn'

/**
 * The same examples with the labels of these rows dealt out anew: whoever still predicts better than chance
 * has seen what it should not. Whole rows of labels move, so that every rate and combination stays.
 */
export const shuffleLabels = (examples: Examples, rows: Uint32Array, seed: number): Examples => {
  const { ranking } = examples
  const labels = ranking.labels.slice()
  for (const partial of [0, 1]) {
    const of = rows.filter(row => ranking.partial[row] === partial)
    const dealt = rng(seed)
      .fork('shuffled labels')
      .shuffle([...of])
    of.forEach((row, i) => {
      const from = dealt[i]! * LABELS.length
      labels.set(ranking.labels.subarray(from, from + LABELS.length), row * LABELS.length)
    })
  }
  return { ...examples, ranking: { ...ranking, labels } }
}
