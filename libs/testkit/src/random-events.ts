import { type Event, EVENT_TYPES, randomOf } from '@explore/explore'

export interface EventShape {
  readonly users: number
  /** Ids are i0 … */
  readonly items: number
  /** Share of events that were sent before, and of those that cannot be folded. */
  readonly repeated?: number
  readonly unsound?: number
}

/** Events of all types, in no order of time, with what producers do to a log: the same for the same seed. */
export const randomEvents = (seed: string, count: number, shape: EventShape): Event[] => {
  const random = randomOf(seed)
  const int = (n: number): number => Math.floor(random() * n)
  const events: Event[] = []
  while (events.length < count) {
    if (events.length > 0 && random() < (shape.repeated ?? 0)) {
      events.push(events[int(events.length)]!)
      continue
    }
    const type = EVENT_TYPES[int(EVENT_TYPES.length)]!
    const aboutAuthor = type.endsWith('hide_author') && random() < 0.5
    const event: Event = {
      eventId: `${seed}-${events.length}`,
      userId: `u${int(shape.users)}`,
      type,
      ...(aboutAuthor ? { authorId: `a${int(5)}` } : { itemId: `i${int(shape.items)}` }),
      // Few instants, so that some events are of the same one.
      time: 1_790_000_000_000 + int(500) * 60_000,
      ...(random() < 0.3 && { requestId: `r${int(9)}`, position: int(25), surface: 'explore' }),
      ...(random() < 0.1 && { playMs: int(60_000) }),
    }
    events.push(random() < (shape.unsound ?? 0) ? spoilt(event, int(5)) : event)
  }
  return events
}

const spoilt = (event: Event, how: number): Event =>
  [
    { ...event, type: 'wink' as Event['type'] },
    { ...event, itemId: undefined, authorId: undefined },
    { ...event, time: NaN },
    { ...event, userId: 'not an id' },
    { ...event, itemId: '{}' },
  ][how]!
