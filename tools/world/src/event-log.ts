import type { Event, EventType } from '@explore/explore'
import type { Catalogue } from './catalogue.ts'
import { authorId, itemId, userId } from './describe.ts'
import { SURFACES } from './vocabulary.ts'

/** The types that this world emits; a row keeps the index. */
export const LOGGED = [
  'impression',
  'click',
  'long_view',
  'like',
  'save',
  'share',
  'comment',
  'follow',
  'see_less',
  'report',
  'hide_author',
  'unlike',
  'unsave',
] as const satisfies readonly EventType[]

export type Logged = (typeof LOGGED)[number]

/** One event of the log, as numbers. */
export interface Row {
  readonly user: number
  readonly item: number
  readonly visit: number
  readonly page: number
  readonly slot: number
  readonly surface: number
}

const KEYS = 6

/** Events as columns, in the order of drawing, which is not quite the order of time. */
export class EventLog {
  readonly #catalogue: Catalogue
  readonly #prefix: string
  #rows = 0
  #type = new Uint8Array(1024)
  #time = new Float64Array(1024)
  #playMs = new Float64Array(1024)
  /** `KEYS` numbers per row: user, item, visit, page, slot, surface. */
  #keys = new Uint32Array(1024 * KEYS)

  /** `prefix` begins every event id and request id, and keeps runs apart. */
  constructor(catalogue: Catalogue, prefix: string) {
    this.#catalogue = catalogue
    this.#prefix = prefix
  }

  get size(): number {
    return this.#rows
  }

  /** Adds an event and returns its row number. */
  add(type: number, time: number, row: Row, playMs = 0): number {
    const at = this.#rows++
    if (at === this.#type.length) this.#grow()
    this.#type[at] = type
    this.#time[at] = Math.floor(time)
    this.#playMs[at] = playMs
    this.#keys[at * KEYS] = row.user
    this.#keys[at * KEYS + 1] = row.item
    this.#keys[at * KEYS + 2] = row.visit
    this.#keys[at * KEYS + 3] = row.page
    this.#keys[at * KEYS + 4] = row.slot
    this.#keys[at * KEYS + 5] = row.surface
    return at
  }

  type(row: number): number {
    return this.#type[row]!
  }

  time(row: number): number {
    return this.#time[row]!
  }

  user(row: number): number {
    return this.#keys[row * KEYS]!
  }

  item(row: number): number {
    return this.#keys[row * KEYS + 1]!
  }

  /** Row numbers of the events up to `until`, in order of time. */
  inOrder(until: number): Uint32Array {
    const rows = Uint32Array.from({ length: this.#rows }, (_, row) => row)
    return rows
      .filter(row => this.#time[row]! <= until)
      .sort((a, b) => this.#time[a]! - this.#time[b]! || a - b)
  }

  /** The event of a row, as the recommender gets it. Its ids follow from what happened. */
  event(row: number): Event {
    const [keys, at] = [this.#keys, row * KEYS]
    const [user, item, slot] = [keys[at]!, keys[at + 1]!, keys[at + 4]!]
    const type = LOGGED[this.#type[row]!]!
    const requestId = `${this.#prefix}.${userId(user)}.${keys[at + 2]!}.${keys[at + 3]!}`
    const event: Event = {
      eventId: `${requestId}.${slot}.${type}`,
      userId: userId(user),
      type,
      itemId: itemId(item),
      time: this.#time[row]!,
      requestId,
      position: slot,
      surface: SURFACES[keys[at + 5]!]!.name,
    }
    if (type === 'hide_author')
      return { ...event, authorId: authorId(this.#catalogue.author[item]!) }
    return type === 'long_view' ? { ...event, playMs: this.#playMs[row]! } : event
  }

  #grow(): void {
    const twice = <A extends Uint8Array | Uint32Array | Float64Array>(into: A, from: A): A => {
      into.set(from)
      return into
    }
    const size = this.#type.length * 2
    this.#type = twice(new Uint8Array(size), this.#type)
    this.#time = twice(new Float64Array(size), this.#time)
    this.#playMs = twice(new Float64Array(size), this.#playMs)
    this.#keys = twice(new Uint32Array(size * KEYS), this.#keys)
  }
}
