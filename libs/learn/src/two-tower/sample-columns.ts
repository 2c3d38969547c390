import type { Rng } from '../rng.ts'

/** The items that one batch is scored against, each once. */
export interface Columns {
  /** Distinct ordinals. */
  readonly items: Uint32Array
  /** Column of each positive's item. */
  readonly row: Int32Array
  /** Added to each column's logits: log(times drawn ÷ expected draws). */
  readonly correction: Float32Array
  /** Added to each positive's own logit: −log(expected draws). */
  readonly own: Float32Array
}

export interface ColumnSamplerOptions {
  /** How often each item is a positive of the training data. */
  readonly counts: ArrayLike<number>
  /** Ordinals that uniform negatives are drawn from. */
  readonly pool: Uint32Array
  /** Uniform negatives per positive. */
  readonly uniform: number
  /** Off: no correction for how often items are drawn, for ablations. */
  readonly logQ: boolean
  readonly random: Rng
}

/**
 * Draws a batch's columns: its own items, which come by popularity, and uniform ones (Yang et al.,
 * WWW 2020). An item can come either way, so its Q is the sum of both expectations (the balance
 * heuristic, Veach & Guibas 1995), and drawing it twice is a weight of 2 on one column.
 */
export const columnSampler = ({ counts, pool, uniform, logQ, random }: ColumnSamplerOptions) => {
  let total = 0
  for (let i = 0; i < counts.length; i++) total += counts[i]
  const inPool = new Uint8Array(counts.length)
  for (const item of pool) inPool[item] = 1
  const columnOf = new Int32Array(counts.length).fill(-1)

  return (positives: Uint32Array): Columns => {
    const extra = pool.length > 0 ? Math.round(positives.length * uniform) : 0
    const items = new Uint32Array(positives.length + extra)
    const drawn = new Float32Array(items.length)
    let length = 0
    const draw = (item: number): number => {
      let column = columnOf[item]
      if (column < 0) {
        column = length++
        columnOf[item] = column
        items[column] = item
      }
      drawn[column]++
      return column
    }
    const row = Int32Array.from(positives, draw)
    for (let i = 0; i < extra; i++) draw(pool[random.int(pool.length)])
    for (let column = 0; column < length; column++) columnOf[items[column]] = -1

    const logExpected = (item: number): number => {
      const uniformly = inPool[item] === 1 ? extra / pool.length : 0
      return logQ ? Math.log((positives.length * counts[item]) / total + uniformly) : 0
    }
    return {
      items: items.slice(0, length),
      row,
      correction: Float32Array.from(
        items.subarray(0, length),
        (item, column) => Math.log(drawn[column]) - logExpected(item),
      ),
      own: Float32Array.from(positives, item => -logExpected(item)),
    }
  }
}
