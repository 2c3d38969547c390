import { emptyUserState, type Interests, type Millis, type UserState } from '@explore/explore'

/** A request whose impressions may still arrive, as it saw its viewer. */
export interface OpenRequest {
  /** Row among the viewers. */
  readonly viewer: number
  readonly now: Millis
  readonly interests: Interests
}

/** The latest requests; the oldest make room for new ones. */
export class OpenRequests {
  readonly #capacity: number
  readonly #open = new Map<number, OpenRequest>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(request: number): OpenRequest | undefined {
    return this.#open.get(request)
  }

  /** Keeps a copy of the state's interests, which folding does not change. */
  add(request: number, viewer: number, now: Millis, state: UserState): OpenRequest {
    const opened = { viewer, now, interests: copyInterests(state, this.#room()) }
    this.#open.set(request, opened)
    return opened
  }

  #room(): Interests {
    if (this.#open.size < this.#capacity) return emptyUserState()
    const [oldest, { interests }] = this.#open.entries().next().value as [number, OpenRequest]
    this.#open.delete(oldest)
    return interests
  }
}

// Element by element: for columns this short it beats making views of them.
export const copyInterests = (from: Interests, into: Interests): Interests => {
  const { history, topics, authors } = from
  into.history.length = history.length
  for (let i = 0; i < history.length; i++) {
    into.history.items[i] = history.items[i]
    into.history.kinds[i] = history.kinds[i]
    into.history.times[i] = history.times[i]
  }
  copyAffinity(topics, into.topics)
  copyAffinity(authors, into.authors)
  return into
}

const copyAffinity = (from: Interests['topics'], into: Interests['topics']): void => {
  into.length = from.length
  for (let i = 0; i < from.length; i++) {
    into.keys[i] = from.keys[i]
    into.shown[i] = from.shown[i]
    into.engaged[i] = from.engaged[i]
    into.times[i] = from.times[i]
  }
}
