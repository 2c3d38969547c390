import type { Settings } from '@explore/explore'

/** A variant of the rules, to tell what each of them costs. */
export interface Reranking {
  readonly name: string
  readonly changes: Partial<Settings>
}

const WITHOUT = {
  exploration: { 'rerank.exploreEvery': 0 },
  diversity: { 'rerank.mmrLambda': 1 },
  'author gap': { 'rerank.authorGap': 0 },
  'topic spread': { 'rerank.topicCap': 50 },
} as const

/** As served, which comes first; then without each rule. */
export const RERANKINGS: readonly Reranking[] = [
  { name: 'as served', changes: {} },
  ...Object.entries(WITHOUT).map(([rule, changes]) => ({ name: `without ${rule}`, changes })),
  {
    name: 'with exploration only',
    changes: { ...WITHOUT.diversity, ...WITHOUT['author gap'], ...WITHOUT['topic spread'] },
  },
]
