import { expect, it } from 'vitest'
import { qualityOfOrder, qualityOfVectors, type RetrievalQueries } from './retrieval-quality.ts'

const queries: RetrievalQueries = {
  length: 2,
  viewer: Uint32Array.of(0, 1),
  truth: [Uint32Array.of(2, 3), Uint32Array.of(0)],
  seen: [Uint32Array.of(4), Uint32Array.of()],
}

it('ranks all but the seen items by one order', () => {
  // 4 is best but seen by the first viewer: their order is 1 2 3 0.
  const { 'recall@2': recall, 'ndcg@2': ndcg } = qualityOfOrder(
    queries,
    Float32Array.of(1, 4, 3, 2, 5),
    [2],
  )
  expect(recall).toBeCloseTo((1 / 2 + 0) / 2, 6)
  expect(ndcg).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)) / 2, 6)
})

it('ranks by inner product, and agrees with the order where all viewers are alike', async () => {
  const items = Float32Array.of(0.1, 0, 0.4, 0, 0.3, 0, 0.2, 0, 0.5, 0)
  const users = Float32Array.of(1, 0, 1, 0)
  const byVectors = await qualityOfVectors(queries, users, items, 2, [1, 2, 5])
  const scores = Float32Array.of(0.1, 0.4, 0.3, 0.2, 0.5)
  expect(byVectors).toEqual(qualityOfOrder(queries, scores, [1, 2, 5]))
  expect(byVectors['recall@5']).toBe(1)
})

it('measures nothing where nobody asks', () => {
  const nobody = { length: 0, viewer: new Uint32Array(0), truth: [], seen: [] }
  expect(qualityOfOrder(nobody, Float32Array.of(1, 2))).toEqual({})
})
