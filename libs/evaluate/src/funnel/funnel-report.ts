import { HNSW_FROM } from '@explore/adapters'
import { GROUPS, SOURCES } from '@explore/explore'
import type { Rng } from '@explore/learn'
import type { Cell, Column, Row, Table } from '../report.ts'
import type { FunnelMeasures } from './measure-funnel.ts'
import { BEST, MOST } from './measure-request.ts'
import { RERANKINGS } from './rerankings.ts'

/** Steps of the funnel as people call them; others keep their own name. */
const NAMES: Readonly<Record<string, string>> = {
  retrieve: 'mix',
  filter: 'filters',
  'whole pool': 'refill',
  'keep by light': 'first stage',
  'keep by score': 'second stage',
}

const KS: readonly Column[] = BEST.map(k => ({ name: `best ${k}` }))

/** The funnel-loss report: where the second stage's best and the page's value go. */
export const funnelTables = (measures: FunnelMeasures, random: Rng): readonly Table[] => {
  const { figures } = measures
  const spread = (name: string): Cell => figures.spread(name, random) ?? null
  const value = (name: string): Cell => figures.spread(name, random)?.value ?? null
  const whole = (name: string): Cell => {
    const mean = figures.spread(name, random)?.value
    return mean === undefined ? null : Math.round(mean)
  }
  /** Survival of the best 10, 25 and 50; the last with its interval. */
  const survivals = (name: string): Cell[] =>
    BEST.map(k => (k === MOST ? spread(`${name}@${k}`) : value(`${name}@${k}`)))

  // The last step reorders what the one before it left; the page is what is cut from its head.
  const steps = ['sources', ...measures.steps.slice(0, -1), 'page']
  const kept = steps.map(step => figures.spread(`${step} value`, random)?.value ?? NaN)
  const stages: Row[] = steps.map((step, i) => ({
    name: NAMES[step] ?? step,
    cells: [
      whole(`${step} size`),
      ...survivals(step),
      spread(`${step} value`),
      (kept[i - 1] ?? 1) - kept[i]!,
    ],
  }))

  return [
    {
      title: 'What survives of the best of the whole pool, step by step',
      columns: [
        { name: 'left', unit: 'items' },
        ...KS.map((column, i) => ({ ...column, bar: BEST[i] === MOST })),
        { name: 'value' },
        { name: 'lost here' },
      ],
      rows: [{ name: 'pool', cells: [whole('pool'), ...BEST.map(() => 1), 1, null] }, ...stages],
      notes: [
        'best k: share of the k that the second stage and the value model rank first over the whole pool',
        'what filters refuse is no part of the pool, so they lose nothing of it',
        'value: the best page that could still be made (page: the page as served) ÷ the best page of the pool',
      ],
    },
    {
      title: 'What each source finds on its own, as many as it is asked for',
      columns: [{ name: 'found', unit: 'items' }, ...KS, { name: `only it, of ${MOST}` }],
      rows: SOURCES.map(name => ({
        name,
        cells: [
          whole(`source ${name} size`),
          ...survivals(`source ${name}`),
          value(`source ${name} alone`),
        ],
      })),
    },
    {
      title:
        'What reranking costs: value of the page as served below the best page of the same candidates',
      columns: [{ name: 'cost' }],
      rows: RERANKINGS.map(({ name }) => ({ name, cells: [spread(`rerank ${name}`)] })),
    },
    {
      title: 'Two-tower search: the index against an exact search of the same depth',
      columns: [{ name: 'recall' }, ...KS],
      rows: [
        { name: 'index', cells: [spread('ann'), ...survivals('source two-tower')] },
        { name: 'exact', cells: [1, ...survivals('exact')] },
      ],
      notes: [`bundles of fewer than ${HNSW_FROM} items are searched exactly`],
    },
    {
      title: 'By group of viewers',
      columns: [
        { name: 'requests' },
        { name: `sources, best ${MOST}` },
        { name: `first stage, best ${MOST}` },
        { name: 'page value' },
      ],
      rows: GROUPS.map(group => ({
        name: group,
        cells: [
          figures.count(`${group} page value`),
          spread(`${group} sources@${MOST}`),
          spread(`${group} keep by light@${MOST}`),
          spread(`${group} page value`),
        ],
      })),
    },
  ]
}
