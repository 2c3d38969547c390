/** Sums per viewer over one run, as columns; viewer n of the world is row n. */
export const COUNTS = [
  'visits',
  'impressions',
  'value',
  'clicks',
  'longViews',
  'seeLess',
  /** Days with a visit, but for the last; and those of them with a visit on the next day. */
  'days',
  'returns',
  /** Distinct authors, summed over visits. */
  'authors',
] as const

export type Count = (typeof COUNTS)[number]

/** What a policy did to the viewers in one run. */
export interface Outcome {
  readonly policy: string
  readonly seed: number
  readonly users: Readonly<Record<Count, Float64Array>>
  /** Items that the world refused to show. */
  readonly refused: number
  /** Effective number of authors shown: e to the entropy of their impressions. */
  readonly effectiveAuthors: number
  /** Distinct items shown. */
  readonly items: number
}

/**
 * What is compared between policies: a ratio of two sums over viewers. Author spread is the share
 * of a visit's impressions that bring an author not shown earlier in the visit. `gap` marks those
 * for which the oracle is a ceiling.
 */
export const METRICS = [
  { name: 'value per impression', over: 'value', under: 'impressions', gap: true },
  { name: 'click rate', over: 'clicks', under: 'impressions' },
  { name: 'long-view rate', over: 'longViews', under: 'impressions' },
  { name: 'see-less rate', over: 'seeLess', under: 'impressions' },
  { name: 'next-day return', over: 'returns', under: 'days' },
  { name: 'author spread', over: 'authors', under: 'impressions' },
  { name: 'value per user', over: 'value', under: 'users', gap: true },
] as const satisfies readonly {
  readonly name: string
  readonly over: Count
  readonly under: Count | 'users'
  readonly gap?: true
}[]

export type Metric = (typeof METRICS)[number]
