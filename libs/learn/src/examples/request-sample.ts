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
  readonly #kept: RequestSnapshot[] = []
  readonly #keys: Float64Array
  #worst = -1

  constructor(size: number, random: Rng) {
    this.#size = size
    this.#keys = new Float64Array(size)
    this.#random = random
  }

  /** Draws for a request at `now`; `make` is called only if it is taken. */
  offer(now: Millis, make: () => RequestSnapshot): void {
    // log(−ln(u) / weight): least is best, and no weight overflows.
    const key = Math.log(-Math.log(1 - this.#random.uniform())) - (now / HALF_LIFE) * Math.LN2
    const full = this.#kept.length === this.#size
    if (full && !(key < this.#keys[this.#worst])) return
    const at = full ? this.#worst : this.#kept.length
    this.#kept[at] = make()
    this.#keys[at] = key
    this.#worst = greatest(this.#keys, this.#kept.length)
  }

  /** What was sampled, in order of time. */
  taken(): RequestSnapshot[] {
    return this.#kept.toSorted((a, b) => a.now - b.now)
  }
}

/** Where the greatest of the first `length` values is. */
const greatest = (values: Float64Array, length: number): number => {
  let at = 0
  for (let i = 1; i < length; i++) if (values[i] > values[at]) at = i
  return at
}
