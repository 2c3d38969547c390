import { splitFloor } from './fidelity.ts'
import { fitFloor, PLAIN, scoreFloor } from './floor.ts'
import type { Impressions, Label } from './impressions.ts'
import { textTable } from './text-table.ts'

/** How well a model ranks and predicts a label of a real log, by where its weights come from. */
export interface TransferRow {
  readonly label: Label
  readonly weights: 'none' | 'simulated' | 'real'
  readonly auc: number
  readonly ne: number
}

const LABELS: readonly Label[] = ['click', 'long_view', 'like']

/**
 * Trains on the simulated log and tests on a real one: how much to trust what an item's and a
 * user's past say, weighed on the one, is applied to counters of the other. No weights (counters
 * added as they are) and weights from the real test rows themselves are the bounds.
 */
export const transfer = (simulated: Impressions, real: Impressions): readonly TransferRow[] =>
  LABELS.flatMap(label => {
    const floor = splitFloor(real, label)
    const sources = {
      none: PLAIN,
      simulated: fitFloor(splitFloor(simulated, label)),
      real: fitFloor(floor),
    } as const
    return (['none', 'simulated', 'real'] as const).map(weights => ({
      label,
      weights,
      ...scoreFloor(floor, sources[weights]),
    }))
  })

export const renderTransfer = (rows: readonly TransferRow[]): string =>
  textTable(
    ['tested on the real log', 'weights', 'AUC', 'NE'],
    rows.map(({ label, weights, auc, ne }) => [label, weights, auc.toFixed(4), ne.toFixed(4)]),
  )
