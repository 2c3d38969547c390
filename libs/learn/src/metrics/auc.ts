import { endOfTie } from './end-of-tie.ts'

type Numbers = ArrayLike<number>

/**
 * Chance that a positive scores above a negative, ties counting half (the Mann-Whitney statistic);
 * NaN where there are only positives or only negatives, or where a score is no number. `labels` are 0 or 1.
 */
export const auc = (scores: Numbers, labels: Numbers): number => {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => scores[a] - scores[b],
  )
  let positives = 0
  let ranks = 0
  // Equal to nothing, not even to itself.
  if (order.some(row => Number.isNaN(scores[row]))) return NaN
  for (let i = 0; i < order.length;) {
    const end = endOfTie(order, i, scores)
    let tied = 0
    for (let at = i; at < end; at++) tied += labels[order[at]]
    // Ranks count from 1; all of a tie share their mean.
    ranks += (tied * (i + 1 + end)) / 2
    positives += tied
    i = end
  }
  const negatives = order.length - positives
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives)
}
