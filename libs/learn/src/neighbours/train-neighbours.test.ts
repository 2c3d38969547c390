import { Catalogue, NO_ITEM } from '@explore/explore'
import { describe, expect, it } from 'vitest'
import { rng } from '../rng.ts'
import type { Engagements } from './co-engagement.ts'
import { trainNeighbours } from './train-neighbours.ts'

const ITEMS = 60
const D = 4
const WIDTH = 5

const catalogueOf = (size: number): Catalogue => {
  const catalogue = new Catalogue()
  catalogue.apply(
    Array.from({ length: size }, (_, ordinal) => {
      const id = `i${ordinal}`
      return { ordinal, id, item: { id, author: 'a', hidden: ordinal === 3 } }
    }),
    1,
  )
  return catalogue
}

/** Embeddings tell items apart by ordinal % 4; users engage with items of one ordinal % 3. */
const vectors = Float32Array.from({ length: ITEMS * D }, (_, i) =>
  i % D === Math.floor(i / D) % 4 ? 1 : 0,
)

const engagements = (users: number): Engagements => {
  const draw = rng(2)
  const rows = Array.from({ length: users }, (_, user) => {
    const items = new Set(Array.from({ length: 8 }, () => (user % 3) + 3 * draw.int(10)))
    return [...items].map(item => ({ user, item }))
  }).flat()
  return {
    length: rows.length,
    user: Uint32Array.from(rows, row => row.user),
    item: Uint32Array.from(rows, row => row.item),
    time: new Float64Array(rows.length),
    weight: new Float32Array(rows.length).fill(1),
  }
}

const listOf = ({ items }: { readonly items: Uint32Array }, item: number): number[] =>
  [...items.subarray(item * WIDTH, (item + 1) * WIDTH)].filter(other => other !== NO_ITEM)

describe('trainNeighbours', async () => {
  const input = {
    engagements: engagements(300),
    catalogue: catalogueOf(ITEMS),
    vectors,
    dimension: D,
  }
  const found = await trainNeighbours(input, { width: WIDTH })

  it('lists who shares users where there are many', () => {
    for (let item = 0; item < 30; item++) {
      const list = listOf(found, item)
      expect(list).toHaveLength(WIDTH)
      expect(list.every(other => other % 3 === item % 3)).toBe(true)
    }
  })

  it('lists whose embedding is near where nobody engaged', () => {
    for (let item = 30; item < ITEMS; item++) {
      const list = listOf(found, item)
      expect(list).toHaveLength(WIDTH)
      expect(list.every(other => other % 4 === item % 4)).toBe(true)
    }
  })

  it('scores in (0, 1], best first, and never lists the item itself or what may not be served', () => {
    for (let item = 0; item < ITEMS; item++) {
      const list = listOf(found, item)
      const scores = [...found.scores.subarray(item * WIDTH, item * WIDTH + list.length)]
      expect(scores).toEqual(scores.toSorted((a, b) => b - a))
      expect(scores.every(score => score > 0 && score <= 1)).toBe(true)
      expect(new Set([...list, item]).size).toBe(list.length + 1)
      expect(list).not.toContain(3)
    }
  })

  it('ends a list where nothing is alike, with none and 0', async () => {
    const alone = await trainNeighbours(
      {
        engagements: engagements(0),
        catalogue: catalogueOf(2),
        vectors: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0),
        dimension: D,
      },
      { width: WIDTH },
    )
    expect([...alone.items]).toEqual(new Array(10).fill(NO_ITEM))
    expect([...alone.scores]).toEqual(new Array(10).fill(0))
  })

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(trainNeighbours(input, { signal })).rejects.toThrow('enough')
  })
})
