import type { EventType } from '@explore/explore'
import { type EventWeights, timeAt } from '@explore/learn'
import type { Dataset } from '../../dataset.ts'
import type { RetrievalTask } from '../task.ts'
import { servablePool } from './servable-pool.ts'
import { splitTask } from './split-task.ts'

/** Any data: the last tenth of its engagements is the test, the tenth before it validates. */
export const timeTask = (
  data: Dataset,
  weights: EventWeights,
  truth: readonly EventType[],
): RetrievalTask => {
  const wanted = new Set(truth)
  const times = Float64Array.from(
    data.events.filter(({ type }) => wanted.has(type)),
    ({ time }) => time,
  )
  return splitTask(data, {
    validFrom: timeAt(times, 0.8),
    testFrom: timeAt(times, 0.9),
    weights,
    truth,
    pool: servablePool(data.catalogue),
  })
}
