import { type Head, HEADS, type SecondStage } from '@explore/explore'
import { rowsOfViewers } from './rows-of-viewers.ts'

/** Asks a stage that takes one viewer at a time about the candidates of many. */
export const manyViewers = ({ predict }: SecondStage): SecondStage => ({
  predict: async (viewers, candidates) => {
    const heads = Object.fromEntries(
      HEADS.map(head => [head, new Float32Array(candidates.rows)]),
    ) as Record<Head, Float32Array>
    for (const { viewer, rows, own } of rowsOfViewers(viewers, candidates)) {
      const predicted = await predict(viewer, own)
      for (const head of HEADS) rows.forEach((row, i) => (heads[head][row] = predicted[head][i]))
    }
    return heads
  },
})
