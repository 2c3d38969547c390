import type { Awaitable, Found } from '@explore/pipeline'
import { top } from '@explore/pipeline'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { unitVectors } from '../unit-vectors.ts'

/** A vector index as this contract sees it, in process or remote. */
export interface IndexUnderTest {
  readonly dimension: number
  readonly size: number
  readonly search: (query: Float32Array, k: number) => Awaitable<Found>
}

const DIMENSION = 24
const SIZE = 2000

/**
 * What every vector index promises. `open` makes one over unit vectors, row-major [n, dimension];
 * `recall` is the least share of the true `k` best that it finds, 1 for an exact index.
 * `missing` says why the index cannot be had here: the cases are then skipped, for that reason.
 */
export const vectorIndexContract = (
  name: string,
  open: (vectors: Float32Array, dimension: number) => Awaitable<IndexUnderTest>,
  recall: number,
  missing?: string,
): void => {
  const vectors = unitVectors(SIZE, DIMENSION, 1)
  const queries = unitVectors(20, DIMENSION, 2)
  const query = (i: number) => queries.slice(i * DIMENSION, (i + 1) * DIMENSION)
  const product = (vector: Float32Array, item: number): number =>
    vector.reduce((sum, x, i) => sum + x * vectors[item * DIMENSION + i]!, 0)

  describe(`vector index: ${name}`, () => {
    let index: IndexUnderTest
    beforeAll(async () => {
      if (missing === undefined) index = await open(vectors, DIMENSION)
    })
    beforeEach(({ skip }) => skip(missing !== undefined, missing))

    it('knows its dimension and size', () => {
      expect([index.dimension, index.size]).toEqual([DIMENSION, SIZE])
    })

    it.each([1, 10, 300])(`finds the %i best with a recall of at least ${recall}`, async k => {
      let found = 0
      for (let i = 0; i < 20; i++) {
        const scores = Float32Array.from({ length: SIZE }, (_, item) => product(query(i), item))
        const best = new Set(top(scores, k))
        const { items } = await index.search(query(i), k)
        found += items.filter(item => best.has(item)).length / k / 20
      }
      expect(found).toBeGreaterThanOrEqual(recall - 1e-9)
    })

    it('gives inner products, best first, no item twice', async () => {
      const { items, scores } = await index.search(query(3), 200)
      expect(items).toHaveLength(200)
      expect(new Set(items).size).toBe(200)
      expect(scores).toEqual(scores.toSorted().reverse())
      items.forEach((item, i) => expect(scores[i]).toBeCloseTo(product(query(3), item), 5))
    })

    it('finds a vector by itself', async () => {
      for (const item of [0, 777, SIZE - 1]) {
        const self = vectors.slice(item * DIMENSION, (item + 1) * DIMENSION)
        const { items, scores } = await index.search(self, 1)
        expect([...items]).toEqual([item])
        expect(scores[0]).toBeCloseTo(1, 5)
      }
    })

    it('answers the same query alike, and leaves it as it was', async () => {
      const asked = query(5)
      const first = await index.search(asked, 50)
      await index.search(query(6), 70)
      expect(await index.search(asked, 50)).toEqual(first)
      expect(asked).toEqual(query(5))
    })

    it('gives all it has where k is larger, and nothing for k = 0', async () => {
      const few = await open(vectors.slice(0, 30 * DIMENSION), DIMENSION)
      const { items } = await few.search(query(0), 500)
      expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i))
      expect((await few.search(query(0), 0)).items).toHaveLength(0)
    })

    it('refuses a query of another dimension', async () => {
      const search = async () => index.search(new Float32Array(DIMENSION - 1), 5)
      await expect(search()).rejects.toThrow(new RegExp(`${DIMENSION - 1}.*${DIMENSION}`))
    })
  })
}
