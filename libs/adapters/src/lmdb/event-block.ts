import { type Event, EVENT_TYPES, type EventType } from '@explore/explore'

type Texts = readonly (string | null)[]
type Numbers = readonly (number | null)[]

/**
 * Events as columns, the value of one log entry; MessagePack makes 90 bytes of a typical event. A column that would
 * hold nothing is left out. Columns may be added; their meaning may not change.
 */
export interface EventBlock {
  readonly eventId: readonly string[]
  readonly userId: readonly string[]
  /** Indexes in EVENT_TYPES. */
  readonly type: readonly number[]
  readonly time: readonly number[]
  readonly itemId?: Texts
  readonly authorId?: Texts
  readonly requestId?: Texts
  readonly position?: Numbers
  readonly surface?: Texts
  readonly playMs?: Numbers
}

const INDEX: ReadonlyMap<EventType, number> = new Map(EVENT_TYPES.map((type, i) => [type, i]))

export const encodeEvents = (events: readonly Event[]): EventBlock => {
  const column = <K extends keyof Event>(name: K): (NonNullable<Event[K]> | null)[] | undefined => {
    let empty = true
    const values = events.map(event => {
      const value = event[name] ?? null
      if (value !== null) empty = false
      return value
    })
    return empty ? undefined : values
  }
  const block: Record<string, unknown> = {
    eventId: events.map(event => event.eventId),
    userId: events.map(event => event.userId),
    type: events.map(event => INDEX.get(event.type) ?? -1),
    time: events.map(event => event.time),
  }
  for (const name of OPTIONAL) {
    const values = column(name)
    if (values) block[name] = values
  }
  return block as unknown as EventBlock
}

const OPTIONAL = ['itemId', 'authorId', 'requestId', 'position', 'surface', 'playMs'] as const

/** A type that this version does not know comes out as undefined, for the reader to skip. */
export const decodeEvents = (block: EventBlock): Event[] =>
  block.eventId.map((eventId, i) => ({
    eventId,
    userId: block.userId[i]!,
    type: EVENT_TYPES[block.type[i]!]!,
    itemId: block.itemId?.[i] ?? undefined,
    authorId: block.authorId?.[i] ?? undefined,
    time: block.time[i]!,
    requestId: block.requestId?.[i] ?? undefined,
    position: block.position?.[i] ?? undefined,
    surface: block.surface?.[i] ?? undefined,
    playMs: block.playMs?.[i] ?? undefined,
  }))
