import { bootstrap, type Rng } from '@explore/learn'

/** A mean, or a ratio of sums, with its 95 % interval over viewers. */
export interface Spread {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * Collects figures of single requests by name and gives their means, or ratios of their sums, with intervals by
 * resampling viewers. What a request cannot tell (not finite) is left out.
 */
export const tally = () => {
  const rows = new Map<string, { viewers: number[]; over: number[]; under: number[] }>()
  const add = (name: string, viewer: number, over: number, under = 1): void => {
    if (!Number.isFinite(over) || !Number.isFinite(under)) return
    const row = rows.get(name) ?? { viewers: [], over: [], under: [] }
    rows.set(name, row)
    row.viewers.push(viewer)
    row.over.push(over)
    row.under.push(under)
  }
  return {
    add,
    /** Requests counted under `name`. */
    count: (name: string): number => rows.get(name)?.over.length ?? 0,
    /** Σ over ÷ Σ under; undefined where nothing was counted. */
    spread: (name: string, random: Rng): Spread | undefined => {
      const row = rows.get(name)
      if (row === undefined) return undefined
      const { viewers, over, under } = row
      const ratio = (of: readonly number[]): number =>
        of.reduce((sum, i) => sum + over[i]!, 0) / of.reduce((sum, i) => sum + under[i]!, 0)
      // The same draws for all, so that figures of the same requests are compared like with like.
      const interval = bootstrap(viewers, ratio, { random: random.fork('resample'), samples: 400 })
      return { value: ratio(over.map((_, i) => i)), ...interval }
    },
  }
}

export type Tally = ReturnType<typeof tally>
