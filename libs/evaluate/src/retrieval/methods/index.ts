import { type Settings, SOURCES } from '@explore/explore'
import type { TowerOptions } from '../lab.ts'
import type { Params } from '../params.ts'
import type { Method } from '../scorer.ts'
import type { RetrievalTask } from '../task.ts'
import { ease, MOST_ITEMS } from './ease.ts'
import { itemCf } from './item-cf.ts'
import { popularityOrder, randomOrder } from './popularity.ts'
import { servedSources } from './served-sources.ts'
import { twoTowerMethod } from './two-tower.ts'

/** The rows of the table, baselines first. */
export const methodsOf = (
  { data, timed }: RetrievalTask,
  { lambda, halfLife }: Params,
  settings: Settings,
): readonly Method[] => [
  randomOrder,
  popularityOrder('popularity'),
  ...(timed ? [popularityOrder('popularity, half-life 2 days', 2)] : []),
  itemCf(halfLife),
  ...(data.catalogue.size <= MOST_ITEMS ? [ease(lambda)] : []),
  twoTowerMethod('two towers without logQ', { logQ: false }),
  twoTowerMethod('two towers'),
  // What the other sources find and what the mix makes of all.
  ...(timed
    ? [
        ...SOURCES.filter(source => source !== 'two-tower').map(source =>
          servedSources(`source ${source}`, settings, source),
        ),
        servedSources('merged sources', settings),
      ]
    : []),
]

/** What of the hyperparameters is the towers'. */
export const towerOptions = ({ lambda: _, halfLife: __, ...towers }: Params): TowerOptions => towers
