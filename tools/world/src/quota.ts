import { uniform, type Stream } from './rng.ts'

/** Every so many viewers, in order, are a sample of all. */
const BLOCK = 100

/**
 * Quota sampling: uniform numbers for the traits of `size` viewers. In every block of viewers each
 * trait is spread evenly, and over the blocks so is each level of a trait over the levels of
 * activity. Populations of different seeds then differ in their members, hardly in how many have a
 * rare trait or how much they do; and the first few hundred viewers stand for all.
 */
export const createQuota = (stream: Stream, size: number) => {
  const blocks = Math.ceil(size / BLOCK)
  const viewers = Array.from({ length: size }, (_, viewer) => viewer)
  const blockOf = (viewer: number) => Math.floor(viewer / BLOCK)
  const sizeOf = (block: number) => Math.min(BLOCK, size - block * BLOCK)
  const within = (slot: number, viewer: number, trait: number) =>
    (slot + uniform(stream, viewer, 0, trait)) / sizeOf(blockOf(viewer))

  /** Slots of activity: in each block, its members in random order. */
  const slots = viewers.map(() => 0)
  for (let block = 0; block < blocks; block++)
    shuffled(stream, sizeOf(block), block, 0).forEach(
      (slot, at) => (slots[block * BLOCK + at] = slot),
    )

  return {
    /** How active each viewer is. */
    activity: Float64Array.from(viewers, viewer => within(slots[viewer]!, viewer, 0)),
    /** The trait with this number, from 1. */
    trait: (number: number): Float64Array => {
      const shifts = shuffled(stream, blocks, -1, number)
      const orders = new Map<number, readonly number[]>()
      return Float64Array.from(viewers, viewer => {
        const block = blockOf(viewer)
        const length = sizeOf(block)
        const order = orders.get(length) ?? shuffled(stream, length, -2, number)
        orders.set(length, order)
        const shift = Math.floor((shifts[block]! / blocks) * length)
        return within(order[(slots[viewer]! + shift) % length]!, viewer, number)
      })
    },
  }
}

/** The numbers below `length` in random order. */
const shuffled = (stream: Stream, length: number, key: number, purpose: number): number[] => {
  const luck = Array.from({ length }, (_, at) => uniform(stream, at, key, purpose + 1000))
  return [...luck.keys()].sort((a, b) => luck[a]! - luck[b]!)
}
