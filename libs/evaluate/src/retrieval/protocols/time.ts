import { EVENT_TYPES } from '@explore/explore'
import { TARGET_WEIGHTS, timeAt } from '@explore/learn'
import type { Dataset } from '../../dataset.ts'
import type { RetrievalTask } from '../task.ts'
import { servablePool } from './servable-pool.ts'
import { splitTask } from './split-task.ts'

/** Any data: the last tenth of its engagements is the test, the tenth before it validates. */
export const timeTask = (data: Dataset): RetrievalTask => {
  const truth = EVENT_TYPES.filter(type => (TARGET_WEIGHTS[type] ?? 0) > 0)
  const wanted = new Set(truth)
  const times = Float64Array.from(
    data.events.filter(({ type }) => wanted.has(type)),
    ({ time }) => time,
  )
  return splitTask(data, {
    validFrom: timeAt(times, 0.8),
    testFrom: timeAt(times, 0.9),
    weights: TARGET_WEIGHTS,
    truth,
    pool: servablePool(data.catalogue),
  })
}
