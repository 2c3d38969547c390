import { ExploreError, type Event, type Id } from '@explore/explore'
import { datasetOf } from '../../dataset.ts'
import { type Interactions, interactionsOf } from '../interactions.ts'
import { itemsByUser, queriesOf } from '../queries.ts'
import type { Queries, RetrievalTask } from '../task.ts'
import { readPlainList } from './plain-list.ts'
import { servablePool } from './servable-pool.ts'

/** Share of each user's training positives, at least one of several, that validates: the latest. */
const VALIDATION = 0.1
const CLICKS = new Set(['click'] as const)

/**
 * Plain train and test lists of ids, as the collaborative filtering literature has them: full ranking over the
 * items of both, each user's training items masked. A part of the training list, each user's latest, chooses
 * hyperparameters, which are then fit to the whole list. Throws IMPORT_FILE, TRAIN_DATA.
 */
export const listsTask = async (trainPath: string, testPath: string): Promise<RetrievalTask> => {
  const trained = await readPlainList(trainPath)
  const tested = await readPlainList(testPath)
  const ids = new Set<Id>()
  for (const { itemId } of [...trained, ...tested]) ids.add(itemId!)
  const data = datasetOf(trainPath, {
    items: [...ids].map(id => ({ id, author: '-' })),
    users: [],
    events: trained,
  })
  const { catalogue } = data
  const all = interactionsOf(trained, catalogue, CLICKS)
  const held = new Map<Id, ReadonlySet<number>>()
  for (const [user, items] of itemsByUser(all)) {
    const count = items.length < 2 ? 0 : Math.max(1, Math.floor(items.length * VALIDATION))
    held.set(user, new Set(count === 0 ? [] : items.slice(-count)))
  }
  const isHeld = ({ userId, itemId }: Event): boolean =>
    held.get(userId)!.has(catalogue.ordinal(itemId!)!)
  const cut = trained.reduce((latest, { time }) => Math.max(latest, time), 0) + 1
  const common = { data, cut, weights: { click: 1 }, pool: servablePool(catalogue), timed: false }
  const factsOf = (train: Interactions, test: Queries) => ({
    items: catalogue.size,
    'training positives': train.length,
    'training users': train.users.length,
    'test users': test.users.length,
    masked: "each user's items of the training list",
  })
  const test = queriesOf(all, tested, catalogue, CLICKS)
  if (test.users.length === 0) {
    throw new ExploreError('TRAIN_DATA', `${testPath} has nothing that is new to its users`)
  }
  const none = queriesOf(all, [], catalogue, CLICKS)
  const events = trained.filter(event => !isHeld(event))
  const train = interactionsOf(events, catalogue, CLICKS)
  const later = trained.filter(isHeld).map((event, i) => ({ ...event, time: cut + i }))
  return {
    ...{ ...common, events, learnable: [...events, ...later], train, test },
    validation: queriesOf(train, later, catalogue, CLICKS),
    facts: factsOf(train, test),
    whole: {
      ...{ ...common, events: trained, learnable: trained, train: all, test, validation: none },
      facts: factsOf(all, test),
    },
  }
}
