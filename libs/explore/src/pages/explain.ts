import type { Slate, Trace } from '@explore/pipeline'
import type { AbsenceExplanation, ItemExplanation } from '../api.ts'
import type { Ranked } from '../funnel.ts'
import { valueTerms, valueWeights } from '../rankers/value-model.ts'
import type { Settings } from '../settings.ts'
import { type Group, type Head, HEADS, type Id } from '../types.ts'

/** Explains every row of a ranked slate. */
export const explainRows = (
  slate: Slate<Ranked>,
  trace: Trace,
  group: Group,
  settings: Settings,
): readonly ItemExplanation[] => {
  const weights = valueWeights(settings, group)
  const lightRanks = ranksBy(slate.light)
  const scoreRanks = ranksBy(slate.score)
  const moves = Map.groupBy(trace.moves, move => move.item)
  return Array.from(slate.items, (item, row) => ({
    retrieval: { rank: slate.mixRank[row]! + 1, score: slate.mixed[row]! },
    firstStage: { rank: lightRanks[row]!, score: slate.light[row]! },
    secondStage: {
      rank: scoreRanks[row]!,
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

/** 1-based rank of each row by descending score. */
const ranksBy = (scores: Float32Array): Uint32Array => {
  const rows = Uint32Array.from(scores.keys() as Iterable<number>).sort(
    (a, b) => scores[b]! - scores[a]! || a - b,
  )
  const ranks = new Uint32Array(rows.length)
  rows.forEach((row, i) => (ranks[row] = i + 1))
  return ranks
}

/** Says where the watched item left the funnel, from its sightings; `place` is 0-based on the page. */
export const explainAbsence = (
  itemId: Id,
  trace: Trace,
  place: number | undefined,
  pageSize: number,
): AbsenceExplanation => {
  const steps = trace.sightings.map(({ step, row, reason }) => ({
    step,
    ...(row !== undefined && { rank: row + 1 }),
    ...(reason !== undefined && { reason }),
  }))
  const last = trace.sightings.at(-1)
  if (place !== undefined) {
    return { itemId, place: place + 1, reason: 'it is on this page', steps }
  }
  if (last?.row !== undefined) {
    const reason = `ranked ${last.row + 1}: behind the ${pageSize} of this page; the next pages go on from there`
    return { itemId, leftAt: 'page', reason, steps }
  }
  const left = trace.sightings.find(({ row }, i) => {
    const before = i === 0 ? undefined : trace.sightings[i - 1]!.row
    return row === undefined && before !== undefined
  })
  if (left === undefined) {
    const found = Object.entries(trace.steps[0]?.counts ?? {}).map(([name, n]) => `${name} ${n}`)
    const reason = `no source put it among the candidates (found: ${found.join(', ')})`
    return { itemId, leftAt: 'retrieve', reason, steps }
  }
  return { itemId, leftAt: left.step, reason: left.reason ?? 'left here', steps }
}
