import type { BoardAdd, CounterAdd } from '../ports.ts'
import { COUNTERS } from './counters.ts'

/** One add per counter, in the order of items and fields. */
export const coalesceCounters = (adds: readonly CounterAdd[]): CounterAdd[] => {
  const rows = new Map<number, number>()
  let sums = new Float64Array(1024 * COUNTERS)
  for (let i = 0; i < adds.length;) {
    const { item } = adds[i]!
    let row = rows.get(item)
    if (row === undefined) {
      rows.set(item, (row = rows.size))
      if ((row + 1) * COUNTERS > sums.length) sums = grown(sums)
    }
    for (; i < adds.length && adds[i]!.item === item; i++) {
      sums[row * COUNTERS + adds[i]!.field]! += adds[i]!.delta
    }
  }
  const merged: CounterAdd[] = []
  for (const item of Uint32Array.from(rows.keys()).sort()) {
    const row = rows.get(item)!
    for (let field = 0; field < COUNTERS; field++) {
      const delta = sums[row * COUNTERS + field]!
      if (delta !== 0) merged.push({ item, field, delta })
    }
  }
  return merged
}

const grown = (sums: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
  const twice = new Float64Array(sums.length * 2)
  twice.set(sums)
  return twice
}

/** One add per member, board by board, in the order of items. */
export const coalesceBoards = (adds: readonly BoardAdd[]): BoardAdd[] => {
  const boards = new Map<string, Map<number, number>>()
  for (const { board, item, delta } of adds) {
    let sums = boards.get(board)
    if (!sums) boards.set(board, (sums = new Map()))
    sums.set(item, (sums.get(item) ?? 0) + delta)
  }
  return [...boards].flatMap(([board, sums]) =>
    Array.from(Uint32Array.from(sums.keys()).sort(), item => ({
      board,
      item,
      delta: sums.get(item)!,
    })),
  )
}
