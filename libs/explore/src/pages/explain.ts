import type { Slate, Trace } from '@explore/pipeline'
import type { ItemExplanation } from '../api.ts'
import type { Ranked } from '../funnel.ts'
import { valueTerms, valueWeights } from '../rankers/value-model.ts'
import type { Settings } from '../settings.ts'
import { type Group, type Head, HEADS } from '../types.ts'

/** Explains every row of a ranked slate, from its columns and the moves that its run recorded. */
export const explainRows = (
  slate: Slate<Ranked>,
  trace: Trace,
  group: Group,
  settings: Settings,
): readonly ItemExplanation[] => {
  const weights = valueWeights(settings, group)
  const moves = Map.groupBy(trace.moves, move => move.item)
  return Array.from(slate.items, (item, row) => ({
    retrieval: { rank: slate.mixRank[row]! + 1, score: slate.mixed[row]! },
    firstStage: { rank: slate.lightRank[row]! + 1, score: slate.light[row]! },
    secondStage: {
      rank: slate.scoreRank[row]! + 1,
      probabilities: Object.fromEntries(HEADS.map(head => [head, slate[head][row]!])) as Record<
        Head,
        number
      >,
    },
    value: {
      value: slate.value[row]!,
      score: slate.score[row]!,
      terms: valueTerms(slate, row, weights),
    },
    moves: (moves.get(item) ?? []).map(({ rule, from, to, why }) => ({
      rule,
      from: from + 1,
      to: to! + 1,
      ...(why !== undefined && { why }),
    })),
  }))
}
