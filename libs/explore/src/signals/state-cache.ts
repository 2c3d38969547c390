import type { Id } from '../types.ts'
import type { UserState } from './user-state.ts'

/** Decoded states of the users met last. */
export class StateCache {
  readonly #states = new Map<Id, UserState>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  has(user: Id): boolean {
    return this.#states.has(user)
  }

  /** The user's state, which thereby is the last to be forgotten. */
  get(user: Id): UserState | undefined {
    const state = this.#states.get(user)
    if (state !== undefined) {
      this.#states.delete(user)
      this.#states.set(user, state)
    }
    return state
  }

  set(user: Id, state: UserState): void {
    this.#states.set(user, state)
  }

  /** Forgets what exceeds the capacity. */
  trim(): void {
    for (const user of this.#states.keys()) {
      if (this.#states.size <= this.#capacity) return
      this.#states.delete(user)
    }
  }

  clear(): void {
    this.#states.clear()
  }
}
