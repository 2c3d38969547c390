import type { EvaluationInput } from '../../evaluation.ts'
import type { RetrievalTask } from '../task.ts'
import { kuairandTask } from './kuairand.ts'
import { timeTask } from './time.ts'

/** The task of a protocol that the evaluation lists. */
export const protocolTask = async ({ protocol, data }: EvaluationInput): Promise<RetrievalTask> => {
  switch (protocol) {
    case 'kuairand':
      return kuairandTask(await data())
    default:
      return timeTask(await data())
  }
}
