/** What comes next: numbers ordered by time, ties by number, so that the order is a fact. */
export class TimeHeap {
  readonly #times: number[] = []
  readonly #ids: number[] = []

  get size(): number {
    return this.#ids.length
  }

  /** Time of the first entry; `Infinity` when there is none. */
  get nextTime(): number {
    return this.#times[0] ?? Infinity
  }

  push(time: number, id: number): void {
    let at = this.#ids.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#after(parent, time, id)) break
      this.#times[at] = this.#times[parent]!
      this.#ids[at] = this.#ids[parent]!
      at = parent
    }
    this.#times[at] = time
    this.#ids[at] = id
  }

  /** Takes the first entry out; NaN when there is none. */
  pop(): number {
    const first = this.#ids[0]
    if (first === undefined) return NaN
    const time = this.#times.pop()!
    const id = this.#ids.pop()!
    const size = this.#ids.length
    if (size === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.#after(child, this.#times[child + 1]!, this.#ids[child + 1]!))
        child++
      if (this.#after(child, time, id)) break
      this.#times[at] = this.#times[child]!
      this.#ids[at] = this.#ids[child]!
      at = child
    }
    this.#times[at] = time
    this.#ids[at] = id
    return first
  }

  /** Whether entry `at` comes after (time, id). */
  #after(at: number, time: number, id: number): boolean {
    const own = this.#times[at]!
    return own > time || (own === time && this.#ids[at]! > id)
  }
}
