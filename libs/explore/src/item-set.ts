/** A set of ordinals. */
export interface ItemSet {
  readonly has: (item: number) => boolean
  /** The same set with `items` in it. */
  readonly with: (items: ArrayLike<number>) => ItemSet
}

/** A set of ordinals below `size`, one bit each; what is beyond is left out, as no catalogue serves it. */
export const itemSet = (size: number, items: ArrayLike<number>): ItemSet =>
  setOf(new Uint32Array((size + 31) >>> 5), items)

const setOf = (bits: Uint32Array, items: ArrayLike<number>): ItemSet => {
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!
    // A typed array ignores a write beyond its end.
    bits[item >>> 5]! |= 1 << (item & 31)
  }
  return {
    has: item => (bits[item >>> 5]! & (1 << (item & 31))) !== 0,
    with: more => setOf(bits.slice(), more),
  }
}
