import type { Millis } from '@explore/explore'
import type { Examples } from './replay.ts'

/** The examples of what happened before `at`, as a training then would have had them; rows are copied. */
export const examplesBefore = (examples: Examples, at: Millis): Examples => ({
  ...examples,
  ranking: rowsBefore(examples.ranking, at),
  positives: rowsBefore(examples.positives, at),
})

type Columns = { readonly length: number; readonly time: Float64Array }

/** The rows with an earlier time, of every column; a column's width follows from its length. */
const rowsBefore = <C extends Columns>(columns: C, at: Millis): C => {
  const { length, time } = columns
  const rows = Uint32Array.from(time.keys()).filter(row => time[row] < at)
  const taken = Object.entries(columns).map(([name, values]) => {
    if (!ArrayBuffer.isView(values)) return [name, rows.length]
    const from = values as Float64Array
    const width = from.length / Math.max(1, length)
    const kept = from.slice(0, rows.length * width)
    rows.forEach((row, i) => kept.set(from.subarray(row * width, (row + 1) * width), i * width))
    return [name, kept]
  })
  return Object.fromEntries(taken) as C
}
