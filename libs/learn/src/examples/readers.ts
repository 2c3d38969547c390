import { emptyUserState, type Event, type Id, type Millis, type UserState } from '@explore/explore'

/** What a replay remembers of one user. */
export interface Reader {
  /** Dense number in the order of appearance. */
  readonly index: number
  readonly id: Id
  readonly state: UserState
  readonly attributes: Int32Array
  /** Item → its latest ranking row. */
  readonly rows: Map<number, number>
  /** Item → its row among the positives, −1 where that was not recorded. */
  readonly positives: Map<number, number>
  /** Request id → number. */
  readonly requests: Map<string, number>
  /** The latest request without an id: all that the user does at one time. */
  moment: { readonly time: Millis; readonly request: number }
  /** The page that history without impressions is being put on; undefined before the first skip. */
  history: { readonly request: number; readonly from: Millis; rows: number } | undefined
}

/** Rows of a page of history, and how long it lasts: they share one look at the viewer, as a page does. */
const HISTORY_PAGE = { rows: 10, ms: 3_600_000 }

/** The readers of a log, in the order of appearance. */
export class Readers {
  readonly #byId = new Map<Id, Reader>()
  readonly #attributes: (user: Id) => Int32Array
  #requests = 0

  constructor(attributes: (user: Id) => Int32Array) {
    this.#attributes = attributes
  }

  get ids(): Id[] {
    return [...this.#byId.keys()]
  }

  of(id: Id): Reader {
    const known = this.#byId.get(id)
    if (known) return known
    const reader: Reader = {
      index: this.#byId.size,
      id,
      state: emptyUserState(),
      attributes: this.#attributes(id),
      rows: new Map(),
      positives: new Map(),
      requests: new Map(),
      moment: { time: -1, request: -1 },
      history: undefined,
    }
    this.#byId.set(id, reader)
    return reader
  }

  /** The number of the page that an item of history without an impression belongs to. */
  historyPageOf(reader: Reader, time: Millis): number {
    const page = reader.history
    if (page && page.rows < HISTORY_PAGE.rows && time - page.from < HISTORY_PAGE.ms) {
      page.rows++
      return page.request
    }
    reader.history = { request: this.#requests++, from: time, rows: 1 }
    return reader.history.request
  }

  /** The number of the request that an event belongs to, given when it is first seen. */
  requestOf(reader: Reader, { requestId, time }: Event): number {
    if (requestId === undefined) {
      if (reader.moment.time !== time) reader.moment = { time, request: this.#requests++ }
      return reader.moment.request
    }
    const known = reader.requests.get(requestId)
    if (known !== undefined) return known
    reader.requests.set(requestId, this.#requests)
    return this.#requests++
  }
}
