import { ExploreError, type Event, type Id } from '@explore/explore'
import type { EventType } from '@explore/explore'
import type { EventWeights } from '@explore/learn'
import type { Dataset } from '../../dataset.ts'
import { interactionsOf } from '../interactions.ts'
import { itemsByUser } from '../queries.ts'
import type { Queries, RetrievalTask } from '../task.ts'
import { servablePool } from './servable-pool.ts'

/** Fewer positives than this leave nothing to learn from. */
const LEAST = 3

/**
 * Each user's last positive is the test, the one before it validates, all before train; users with fewer than
 * three only train. What a user did to a held out item at any time is left out, and so is all that came after
 * their last training positive: other users' later events stay, as the literature has it.
 */
export const leaveOneOutTask = (
  data: Dataset,
  weights: EventWeights,
  truth: readonly EventType[],
): RetrievalTask => {
  const { catalogue } = data
  const types = new Set(truth)
  const held = new Map<Id, { readonly test: number; readonly validation: number }>()
  for (const [user, items] of itemsByUser(interactionsOf(data.events, catalogue, types))) {
    if (items.length < LEAST) continue
    held.set(user, { test: items.at(-1)!, validation: items.at(-2)! })
  }
  if (held.size === 0) {
    throw new ExploreError('TRAIN_DATA', `no user has ${LEAST} positives`, {
      hint: `leave-one-out needs some; positives are ${truth.join(', ')}`,
    })
  }
  const ended = new Set<Id>()
  const isLearnt = (event: Event): boolean => {
    const own = held.get(event.userId)
    if (own === undefined) return true
    const item = event.itemId === undefined ? undefined : catalogue.ordinal(event.itemId)
    if (item === own.validation || item === own.test) {
      if (types.has(event.type)) ended.add(event.userId)
      return false
    }
    return !ended.has(event.userId)
  }
  const events = data.events.filter(isLearnt)
  const train = interactionsOf(events, catalogue, types)
  const seen = itemsByUser(train)
  const queriesOf = (part: 'validation' | 'test'): Queries => ({
    users: [...held.keys()],
    truth: [...held.values()].map(own => Uint32Array.of(own[part])),
    seen: [...held].map(([user, own]) =>
      Uint32Array.from([...(seen.get(user) ?? []), own[part === 'test' ? 'validation' : 'test']]),
    ),
    skipped: [...held].map(() => new Uint32Array(0)),
  })
  const cut = data.events.reduce((latest, { time }) => Math.max(latest, time), 0) + 1
  const pool = servablePool(catalogue)
  // What validates comes after all that trains, whenever it was.
  const later = data.events
    .filter(({ userId, itemId, type }) => {
      const own = types.has(type) ? held.get(userId) : undefined
      return own !== undefined && catalogue.ordinal(itemId!) === own.validation
    })
    .map((event, i) => ({ ...event, time: cut + i }))
  return {
    ...{ data, events, learnable: [...events, ...later], cut, weights, train, pool },
    validation: queriesOf('validation'),
    test: queriesOf('test'),
    timed: false,
    facts: {
      items: pool.reduce((sum, is) => sum + is, 0),
      'training positives': train.length,
      'training users': train.users.length,
      'test users': held.size,
      masked: "each user's training positives and the item held out for the other part",
    },
  }
}
