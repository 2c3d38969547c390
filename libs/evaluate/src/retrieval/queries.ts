import type { Catalogue, Event, EventType, Id } from '@explore/explore'
import type { Interactions } from './interactions.ts'
import { interactionsOf } from './interactions.ts'
import type { Queries } from './task.ts'

/**
 * One query for each user with a positive in `later` that is none of their positives in `train`, which are
 * masked; in the order of their first one.
 */
export const queriesOf = (
  train: Interactions,
  later: readonly Event[],
  catalogue: Catalogue,
  types: ReadonlySet<EventType>,
): Queries => {
  const seen = itemsByUser(train)
  const found = itemsByUser(interactionsOf(later, catalogue, types))
  const shown = itemsByUser(interactionsOf(later, catalogue, new Set(['impression'])))
  const rows = [...found].flatMap(([user, items]) => {
    const before = new Set(seen.get(user))
    const truth = items.filter(item => !before.has(item))
    return truth.length > 0 ? [{ user, truth, before, liked: new Set(items) }] : []
  })
  return {
    users: rows.map(({ user }) => user),
    truth: rows.map(({ truth }) => Uint32Array.from(truth)),
    seen: rows.map(({ before }) => Uint32Array.from(before)),
    skipped: rows.map(({ user, before, liked }) =>
      Uint32Array.from(shown.get(user) ?? []).filter(item => !before.has(item) && !liked.has(item)),
    ),
  }
}

/** Each user's items in the order of the log. */
export const itemsByUser = ({ user, item, users }: Interactions): ReadonlyMap<Id, number[]> => {
  const lists = new Map(users.map(id => [id, [] as number[]]))
  user.forEach((index, row) => lists.get(users[index]!)!.push(item[row]!))
  return lists
}
