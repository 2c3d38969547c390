/** Numbers in order of a key, ties in order of the number, so that the order is a fact. */
export class MinHeap {
  readonly #keys: number[] = []
  readonly #ids: number[] = []

  get size(): number {
    return this.#ids.length
  }

  /** Key of the first entry; `Infinity` when there is none. */
  get least(): number {
    return this.#keys[0] ?? Infinity
  }

  push(key: number, id: number): void {
    let at = this.#ids.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isAfter(parent, key, id)) break
      this.#move(parent, at)
      at = parent
    }
    this.#keys[at] = key
    this.#ids[at] = id
  }

  /** Takes the first entry out; NaN when there is none. */
  pop(): number {
    const first = this.#ids[0]
    if (first === undefined) return NaN
    const key = this.#keys.pop()!
    const id = this.#ids.pop()!
    const size = this.#ids.length
    if (size === 0) return first
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      const other = child + 1
      if (other < size && this.#isAfter(child, this.#keys[other]!, this.#ids[other]!)) child = other
      if (this.#isAfter(child, key, id)) break
      this.#move(child, at)
      at = child
    }
    this.#keys[at] = key
    this.#ids[at] = id
    return first
  }

  #move(from: number, to: number): void {
    this.#keys[to] = this.#keys[from]!
    this.#ids[to] = this.#ids[from]!
  }

  /** Whether entry `at` comes after (key, id). */
  #isAfter(at: number, key: number, id: number): boolean {
    const own = this.#keys[at]!
    return own > key || (own === key && this.#ids[at]! > id)
  }
}
