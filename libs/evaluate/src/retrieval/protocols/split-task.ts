import { type EventType, EVENT_TYPES, ExploreError, type Millis } from '@explore/explore'
import type { EventWeights } from '@explore/learn'
import type { Dataset } from '../../dataset.ts'
import { interactionsOf } from '../interactions.ts'
import { queriesOf } from '../queries.ts'
import type { RetrievalTask } from '../task.ts'

/** A task whose parts follow each other in time: training, validation, test. Throws TRAIN_DATA where one is empty. */
export const splitTask = (
  data: Dataset,
  options: {
    readonly validFrom: Millis
    readonly testFrom: Millis
    readonly weights: EventWeights
    /** What counts as found in validation and test. */
    readonly truth: readonly EventType[]
    readonly pool: Uint8Array
    readonly facts?: RetrievalTask['facts']
  },
): RetrievalTask => {
  const { validFrom, testFrom, weights, pool } = options
  const { catalogue } = data
  const within = (from: Millis, to: Millis) =>
    data.events.filter(({ time }) => time >= from && time < to)
  const events = within(-Infinity, validFrom)
  const train = interactionsOf(events, catalogue, new Set(typesOf(weights)))
  const truth = new Set(options.truth)
  const validation = queriesOf(train, within(validFrom, testFrom), catalogue, truth)
  const test = queriesOf(train, within(testFrom, Infinity), catalogue, truth)
  const sizes = {
    training: train.length,
    validation: validation.users.length,
    test: test.users.length,
  }
  for (const [part, size] of Object.entries(sizes)) {
    if (size === 0) {
      throw new ExploreError(
        'TRAIN_DATA',
        `the ${part} part has nothing to learn from or to find`,
        {
          hint: `positives are ${[...truth].join(', ')}: the data needs some in each part of its time`,
        },
      )
    }
  }
  return {
    learnable: within(-Infinity, testFrom),
    ...{ data, events, cut: validFrom, weights, train, pool, validation, test, timed: true },
    facts: {
      items: pool.reduce((sum, is) => sum + is, 0),
      'training positives': train.length,
      'training users': train.users.length,
      'validation users': validation.users.length,
      'test users': test.users.length,
      'training ends': new Date(validFrom).toISOString(),
      'test begins': new Date(testFrom).toISOString(),
      masked: "each user's training positives",
      ...options.facts,
    },
  }
}

const typesOf = (weights: EventWeights): EventType[] =>
  EVENT_TYPES.filter(type => (weights[type] ?? 0) > 0)
