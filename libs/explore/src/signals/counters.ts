/** Fields of an item's counter row. The order is the stored order: append only. */
export const COUNTER_FIELDS = [
  'impressions',
  'clicks',
  'longViews',
  'likes',
  'saves',
  'shares',
  'seeLess',
  'reports',
  /** Forward-decayed: read with `recent`. */
  'recentImpressions',
  'recentClicks',
  'skips',
] as const

export type CounterField = (typeof COUNTER_FIELDS)[number]

export const COUNTERS = COUNTER_FIELDS.length

/** Index of a counter in its row. */
export const field = (name: CounterField): number => COUNTER_FIELDS.indexOf(name)

/**
 * Forward decay (Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009): what happened at `t` is added with weight
 * `growth(t)` and every sum is scaled by `1 / growth(now)` when it is read. Sums commute, so late and
 * out-of-order events are exact. One landmark serves ± 8 years of f64's range at this half-life; beyond them weights
 * stay constant, so that sums of an old data set are plain counts instead of 0 / 0.
 */
const LANDMARK = Date.UTC(2028, 0, 1)
const HALF_LIFE = 3 * 86_400_000
const MOST_HALF_LIVES = 980

export const growth = (time: number): number => {
  const halfLives = (time - LANDMARK) / HALF_LIFE
  return 2 ** Math.max(-MOST_HALF_LIVES, Math.min(MOST_HALF_LIVES, halfLives))
}

/** A forward-decayed sum as of `now`. */
export const recent = (sum: number, now: number): number => sum / growth(now)
