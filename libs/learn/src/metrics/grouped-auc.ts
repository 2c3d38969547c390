import { auc } from './auc.ts'
import { groupRows } from './group-rows.ts'

type Numbers = ArrayLike<number>

/**
 * Mean of each group's own AUC, weighted by its rows, over the groups with both labels (GAUC, Zhu et
 * al., KDD 2017); NaN where there is none.
 */
export const groupedAuc = (scores: Numbers, labels: Numbers, groups: Numbers): number => {
  let total = 0
  let weight = 0
  for (const rows of groupRows(groups)) {
    const area = auc(
      rows.map(row => scores[row]),
      rows.map(row => labels[row]),
    )
    if (Number.isNaN(area)) continue
    total += area * rows.length
    weight += rows.length
  }
  return total / weight
}
