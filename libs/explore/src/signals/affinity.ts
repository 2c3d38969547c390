import type { Affinity } from './user-state.ts'

/** Interest in a topic or author halves in this time without new evidence. */
const HALF_LIFE = 14 * 86_400_000

/** A count as of `now` that stood at `value` at `time`; never grows. */
export const decayed = (value: number, time: number, now: number): number =>
  now <= time ? value : value * 2 ** ((time - now) / HALF_LIFE)

/** The row of `key`, or −1; key 0 means "none" and has no row. */
export const affinityRow = (affinity: Affinity, key: number): number => {
  if (key === 0) return -1
  const row = affinity.keys.indexOf(key)
  return row < affinity.length ? row : -1
}

/**
 * Adds to `key`'s decayed counts. A full table gives up its weakest row
 * (Space-Saving, Metwally et al., ICDT 2005, without inheriting the count: interest must be earned).
 */
export const addAffinity = (
  affinity: Affinity,
  key: number,
  shown: number,
  engaged: number,
  time: number,
): void => {
  if (key === 0) return
  let row = affinityRow(affinity, key)
  if (row < 0) {
    row = affinity.length < affinity.keys.length ? affinity.length++ : weakest(affinity, time)
    affinity.keys[row] = key
    affinity.shown[row] = 0
    affinity.engaged[row] = 0
    affinity.times[row] = time
  }
  const then = affinity.times[row]!
  const kept = decayed(1, then, time)
  // A late event counts as if it had just happened: at most a small overweight, and no negative age.
  affinity.shown[row] = affinity.shown[row]! * kept + shown
  affinity.engaged[row] = Math.max(0, affinity.engaged[row]! * kept + engaged)
  affinity.times[row] = Math.max(then, time)
}

const weakest = (affinity: Affinity, now: number): number => {
  let least = Infinity
  let weakest = 0
  for (let row = 0; row < affinity.length; row++) {
    const time = affinity.times[row]!
    const weight = affinity.engaged[row]! * 10 + affinity.shown[row]!
    // 2^−x ≥ 1 − x ln 2 spares most rows the power.
    if (weight * (1 - (Math.max(0, now - time) / HALF_LIFE) * Math.LN2) >= least) continue
    const weighed = decayed(weight, time, now)
    if (weighed >= least) continue
    least = weighed
    weakest = row
  }
  return weakest
}
