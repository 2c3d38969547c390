import { endOfTie } from './end-of-tie.ts'
import { groupRows } from './group-rows.ts'

type Numbers = ArrayLike<number>

/** What is said of one head's predictions. A value that the data cannot tell is NaN. */
export interface HeadFigures {
  /** Over all rows. */
  readonly auc: number
  /** Mean of the users' own AUC, weighted by their rows (Zhu et al., KDD 2017). */
  readonly gauc: number
  /** The same, weighted by their positives. */
  readonly gaucByPositives: number
  /** Mean of the users' own nDCG@5; 0 for a user without positives. */
  readonly ndcg5: number
  /** Mean of the last two: how well each user's rows are ordered. */
  readonly withinUser: number
  /** Log loss over that of predicting the labels' own rate (He et al., ADKDD 2014). */
  readonly ne: number
  /** Sum of predictions over sum of labels. */
  readonly calibration: number
  /** Mean |predicted − observed| rate over quantile bins of the predictions. */
  readonly ece: number
}

const BINS = 20
const TOP = 5
/** Probabilities this close to 0 or 1 count as this close: one sure mistake is not infinitely bad. */
const EDGE = 1e-7

/**
 * Prepares a head's figures for any weighing of its users, each in time linear in the rows. A user's
 * weight is how often it is in the sample: 1 each gives the figures themselves.
 */
export const headFigures = (
  probabilities: Numbers,
  labels: Numbers,
  users: Numbers,
): { readonly users: number; readonly of: (weights?: Numbers) => HeadFigures } => {
  const rows = labels.length
  const groups = groupRows(users)
  const userOf = new Uint32Array(rows)
  groups.forEach((group, user) => group.forEach(row => (userOf[row] = user)))
  const order = Uint32Array.from({ length: rows }, (_, i) => i).sort(
    (a, b) => probabilities[a] - probabilities[b],
  )
  const own = groups.map(group => ownFigures(group, probabilities, labels))
  const once = new Uint8Array(groups.length).fill(1)

  return {
    users: groups.length,
    of: (weights = once) => {
      const all = new Sums()
      own.forEach((user, i) => all.add(user, weights[i]))
      const { area, ece } = inOrder(order, userOf, weights, probabilities, labels)
      const rate = all.positives / all.rows
      const entropy = -rate * Math.log(rate) - (1 - rate) * Math.log1p(-rate)
      const gaucByPositives = all.areaByPositives / all.positivesJudged
      const ndcg5 = all.gain / all.users
      return {
        auc: area / (all.positives * (all.rows - all.positives)),
        gauc: all.areaByRows / all.rowsJudged,
        gaucByPositives,
        ndcg5,
        withinUser: (gaucByPositives + ndcg5) / 2,
        ne: all.loss / all.rows / entropy,
        calibration: all.predicted / all.positives,
        ece: ece / all.rows,
      }
    },
  }
}

interface OwnFigures {
  readonly rows: number
  readonly positives: number
  readonly predicted: number
  readonly loss: number
  /** NaN with one kind of label only. */
  readonly auc: number
  readonly ndcg: number
}

const ownFigures = (group: readonly number[], p: Numbers, y: Numbers): OwnFigures => {
  const best = [...group].sort((a, b) => p[b] - p[a])
  let positives = 0
  let predicted = 0
  let loss = 0
  for (const row of group) {
    const sure = Math.min(1 - EDGE, Math.max(EDGE, p[row]))
    positives += y[row]
    predicted += p[row]
    loss -= y[row] * Math.log(sure) + (1 - y[row]) * Math.log1p(-sure)
  }
  let gain = 0
  let most = 0
  for (let place = 0; place < Math.min(TOP, best.length); place++) {
    gain += y[best[place]] / Math.log2(place + 2)
    if (place < positives) most += 1 / Math.log2(place + 2)
  }
  const pairs = positives * (group.length - positives)
  return {
    rows: group.length,
    positives,
    predicted,
    loss,
    auc: pairs === 0 ? NaN : concordant(best, p, y) / pairs,
    ndcg: positives === 0 ? 0 : gain / most,
  }
}

/** Pairs of a positive above a negative, ties counting half, of rows from best to worst. */
const concordant = (best: readonly number[], p: Numbers, y: Numbers): number => {
  let above = 0
  let pairs = 0
  for (let i = 0; i < best.length;) {
    let positives = 0
    let negatives = 0
    for (const end = endOfTie(best, i, p); i < end; i++) {
      if (y[best[i]] === 1) positives++
      else negatives++
    }
    pairs += negatives * (above + positives / 2)
    above += positives
  }
  return pairs
}

class Sums {
  users = 0
  rows = 0
  positives = 0
  predicted = 0
  loss = 0
  gain = 0
  areaByRows = 0
  rowsJudged = 0
  areaByPositives = 0
  positivesJudged = 0

  add({ rows, positives, predicted, loss, auc, ndcg }: OwnFigures, weight: number): void {
    this.users += weight
    this.rows += weight * rows
    this.positives += weight * positives
    this.predicted += weight * predicted
    this.loss += weight * loss
    this.gain += weight * ndcg
    if (Number.isNaN(auc)) return
    this.areaByRows += weight * rows * auc
    this.rowsJudged += weight * rows
    this.areaByPositives += weight * positives * auc
    this.positivesJudged += weight * positives
  }
}

/** One pass from the lowest prediction up: concordant pairs of all rows, and the gaps of the bins. */
const inOrder = (
  order: Uint32Array,
  userOf: Uint32Array,
  weights: Numbers,
  p: Numbers,
  y: Numbers,
): { readonly area: number; readonly ece: number } => {
  let area = 0
  let below = 0
  let ece = 0
  let gap = 0
  let bin = 1
  for (let i = 0; i < order.length;) {
    let positives = 0
    let negatives = 0
    const score = p[order[i]]
    for (const end = endOfTie(order, i, p); i < end; i++) {
      const row = order[i]
      const weight = weights[userOf[row]]
      if (y[row] === 1) positives += weight
      else negatives += weight
      gap += weight * (score - y[row])
      if (i + 1 < Math.floor((bin * order.length) / BINS)) continue
      ece += Math.abs(gap)
      gap = 0
      bin++
    }
    area += positives * (below + negatives / 2)
    below += negatives
  }
  return { area, ece: ece + Math.abs(gap) }
}
