import type { Dataset } from '../../dataset.ts'
import type { RetrievalTask } from '../task.ts'
import { servablePool } from './servable-pool.ts'
import { splitTask } from './split-task.ts'

/** Days of the log begin at midnight in China. */
const DAY_OF = (month: number, day: number): number => Date.UTC(2022, month - 1, day - 1, 16)
/**
 * KuaiRand-Pure as TommyYoungtc/kuairand-longseq-rec has it: training to 1 May, validation on 2 to 4 May, test
 * from 5 May; clicks are found. Of the time before 25 April the data has no clicks: its long views and likes
 * stand for them, at the weight .3 as targets. All its items are ranked: each had the five impressions that
 * the protocol asks for in the month of which this window is a part.
 */
export const kuairandTask = (data: Dataset): RetrievalTask => {
  return splitTask(data, {
    validFrom: DAY_OF(5, 2),
    testFrom: DAY_OF(5, 5),
    weights: { click: 1, long_view: 0.3, like: 0.3 },
    truth: ['click'],
    pool: servablePool(data.catalogue),
  })
}
