import { type Event, FORGET, typeNumber, typeOfNumber } from '@explore/explore'

type Texts = readonly (string | null)[]
type Numbers = readonly (number | null)[]

/**
 * Events as columns, the value of one log entry; MessagePack makes 90 bytes of a typical event. A column that would
 * hold nothing is left out. Columns may be added; their meaning may not change.
 */
export interface EventBlock {
  readonly eventId: readonly string[]
  readonly userId: readonly string[]
  /** By `typeNumber`. */
  readonly type: readonly number[]
  readonly time: readonly number[]
  readonly itemId?: Texts
  readonly authorId?: Texts
  readonly requestId?: Texts
  readonly position?: Numbers
  readonly surface?: Texts
  readonly playMs?: Numbers
}

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
    type: events.map(event => typeNumber(event.type)),
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
    type: typeOfNumber(block.type[i]!)!,
    itemId: block.itemId?.[i] ?? undefined,
    authorId: block.authorId?.[i] ?? undefined,
    time: block.time[i]!,
    requestId: block.requestId?.[i] ?? undefined,
    position: block.position?.[i] ?? undefined,
    surface: block.surface?.[i] ?? undefined,
    playMs: block.playMs?.[i] ?? undefined,
  }))

/** The block without the events of `users`: nothing but their times is left in their places. `undefined` where it has none of them. */
export const withoutUsers = (
  block: EventBlock,
  users: ReadonlySet<string>,
  rows: number,
): { readonly block: EventBlock; readonly erased: number } | undefined => {
  const gone = new Set<number>()
  for (let i = 0; i < Math.min(rows, block.userId.length); i++) {
    const marked = typeOfNumber(block.type[i]!) as string | undefined
    if (users.has(block.userId[i]!) && marked !== FORGET) gone.add(i)
  }
  if (gone.size === 0) return undefined
  const blank = <T>(column: readonly T[], nothing: T): readonly T[] =>
    column.map((value, i) => (gone.has(i) ? nothing : value))
  const kept: Record<string, unknown> = { ...block }
  for (const name of ['eventId', 'userId'] as const) kept[name] = blank(block[name], '')
  kept.type = blank(block.type, -1)
  for (const name of OPTIONAL) {
    const column: Texts | Numbers | undefined = block[name]
    if (column !== undefined) kept[name] = blank<string | number | null>(column, null)
  }
  return { block: kept as unknown as EventBlock, erased: gone.size }
}
