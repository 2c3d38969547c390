import { expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { exactSearch } from './exact-search.ts'

it('finds the best rows, best first, for more queries than fit one block', async () => {
  const random = rng(3)
  const draw = (rows: number) => Float32Array.from({ length: rows * 8 }, () => random.normal())
  const vectors = draw(300)
  const queries = draw(150)
  const index = await exactSearch(vectors, 8)
  const found = await index.search(queries, 10)
  await index.release()
  expect(found).toHaveLength(150)
  found.forEach((rows, query) => {
    const scores = Array.from({ length: 300 }, (_, row) =>
      queries
        .subarray(query * 8, query * 8 + 8)
        .reduce((sum, x, i) => sum + x * vectors[row * 8 + i]!, 0),
    )
    const best = scores.map((_, row) => row).sort((a, b) => scores[b]! - scores[a]!)
    expect([...rows]).toEqual(best.slice(0, 10))
  })
})

it('returns all rows where there are fewer than asked for', async () => {
  const index = await exactSearch(Float32Array.of(1, 0, 0, 1), 2)
  const [rows] = await index.search(Float32Array.of(0.1, 0.9), 5)
  await index.release()
  expect([...rows!]).toEqual([1, 0])
})
