import { EVENT_TYPES, type Event, type EventType, type Item, type User } from '@explore/explore'

/** What happened in a random world: items, users, and their events in the order of time. */
export interface RandomWorld {
  readonly items: readonly Item[]
  readonly users: readonly User[]
  readonly events: readonly Omit<Event, 'eventId'>[]
}

export interface RandomWorldSize {
  readonly items: number
  readonly users: number
  /** Events of each user. */
  readonly events: number
  readonly authors?: number
  readonly topics?: number
}

/** A small world drawn from `random`: some items hidden, risky or not recommendable, some viewers authors. */
export const randomWorld = (
  random: () => number,
  now: number,
  { items, users, events, authors = 20, topics = 8 }: RandomWorldSize,
): RandomWorld => {
  const below = (n: number): number => Math.floor(random() * n)
  const type = (): EventType => {
    const draw = random()
    return draw < 0.5
      ? 'impression'
      : draw < 0.7
        ? 'click'
        : EVENT_TYPES[below(EVENT_TYPES.length)]!
  }
  return {
    items: Array.from({ length: items }, (_, i) => ({
      id: `item-${i}`,
      author: `user-${below(authors)}`,
      topics: Array.from({ length: below(3) }, () => `topic-${below(topics)}`),
      createdAt: now - below(60 * 86_400_000),
      durationMs: below(60_000),
      ...(random() < 0.05 && { hidden: true }),
      ...(random() < 0.05 && { recommendable: false }),
      ...(random() < 0.2 && { integrityRisk: random() }),
    })),
    users: Array.from({ length: users }, (_, i) => ({
      id: `user-${i}`,
      attributes: { country: ['DE', 'FR', 'IN'][below(3)]! },
    })),
    events: Array.from({ length: users * events }, (_, i) => ({
      userId: `user-${i % users}`,
      type: type(),
      itemId: `item-${below(items)}`,
      time: now - 86_400_000 * (1 - i / (users * events)),
    })),
  }
}
