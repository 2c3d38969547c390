import type { Id, Millis } from '@explore/explore'
import type { Rng } from '../rng.ts'

/** A request to rank again: its viewer, the state that it saw, and when. */
export interface RequestSnapshot {
  /** Row among the examples' viewers. */
  readonly viewer: number
  readonly user: Id
  /** From `encodeUserState`. */
  readonly state: Uint8Array
  /** From `surfaceBucket`. */
  readonly surface: number
  readonly now: Millis
}

/** A request's weight in the sample doubles with every day that it is later. */
const HALF_LIFE = 86_400_000

/**
 * A weighted sample of fixed size from a stream of unknown length (A-Res, Efraimidis & Spirakis, 2006),
 * where weights decay by age: mostly the last days, whenever the stream ends.
 */
export class RequestSample {
  readonly #size: number
  readonly #random: Rng
  readonly #kept: { readonly key: number; readonly request: RequestSnapshot }[] = []
  #worst = -1

  constructor(size: number, random: Rng) {
    this.#size = size
    this.#random = random
  }

  /** Draws for a request at `now`; `make` is called only if it is taken. */
  offer(now: Millis, make: () => RequestSnapshot): void {
    // log(−ln(u) / weight): least is best, and no weight overflows.
    const key = Math.log(-Math.log(1 - this.#random.uniform())) - (now / HALF_LIFE) * Math.LN2
    if (this.#kept.length < this.#size) this.#kept.push({ key, request: make() })
    else if (this.#size > 0 && key < this.#kept[this.#worst].key) {
      this.#kept[this.#worst] = { key, request: make() }
    } else return
    this.#worst = this.#kept.reduce((w, { key }, i, kept) => (key > kept[w].key ? i : w), 0)
  }

  /** What was sampled, in order of time. */
  taken(): RequestSnapshot[] {
    return this.#kept.map(({ request }) => request).sort((a, b) => a.now - b.now)
  }
}
