import { EVENT_TYPES, type EventType, ExploreError } from '@explore/explore'
import { type EventWeights, TARGET_WEIGHTS } from '@explore/learn'
import type { EvaluationInput } from '../../evaluation.ts'
import type { RetrievalTask } from '../task.ts'
import { kuairandTask } from './kuairand.ts'
import { leaveOneOutTask } from './leave-one-out.ts'
import { listsTask } from './lists.ts'
import { timeTask } from './time.ts'

/** The task of a protocol that the evaluation lists. Throws USAGE, and what the protocol throws. */
export const protocolTask = async ({
  protocol,
  data,
  flags,
}: Pick<EvaluationInput, 'protocol' | 'data' | 'flags'>): Promise<RetrievalTask> => {
  switch (protocol) {
    case 'kuairand':
      return kuairandTask(await data())
    case 'lists': {
      const { train, test } = flags
      if (typeof train === 'string' && typeof test === 'string') return listsTask(train, test)
      throw new ExploreError('USAGE', 'the protocol lists needs --train FILE and --test FILE')
    }
    case 'leave-one-out':
      return leaveOneOutTask(await data(), ...positivesOf(flags['positives']))
    default:
      return timeTask(await data(), ...positivesOf(flags['positives']))
  }
}

/** What counts as found, and what each weighs as a target. */
const positivesOf = (
  flag: string | boolean | undefined,
): readonly [EventWeights, readonly EventType[]] => {
  const known = EVENT_TYPES.filter(type => (TARGET_WEIGHTS[type] ?? 0) > 0)
  if (typeof flag !== 'string') return [TARGET_WEIGHTS, known]
  const types = flag.split(',').map(word => word.trim())
  const strange = types.find(type => !(known as readonly string[]).includes(type))
  if (strange === undefined) {
    const truth = types as EventType[]
    return [Object.fromEntries(truth.map(type => [type, TARGET_WEIGHTS[type]])), truth]
  }
  throw new ExploreError('USAGE', `${strange} is no engagement that retrieval can find`, {
    field: 'positives',
    hint: `it finds ${known.join(', ')}`,
  })
}
