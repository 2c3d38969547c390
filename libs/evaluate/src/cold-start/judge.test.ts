import { rng } from '@explore/learn'
import { expect, it } from 'vitest'
import { tally } from '../tally.ts'
import { byVectors, judge, type Query } from './judge.ts'

const query = (truth: number[], more: Partial<Query> = {}): Query => ({
  user: 'u',
  isNew: false,
  truth,
  seen: [],
  ...more,
})
const pool = Uint32Array.from({ length: 200 }, (_, i) => 100 + i)
const scores = () => Float32Array.from(pool, item => -item)

it('ranks the pool alone, and asks only for what it holds', () => {
  const figures = tally()
  judge(figures, 'first', {
    queries: [query([100, 299]), query([5]), query([3, 120]), query([100], { isNew: true })],
    asks: ({ isNew }) => !isNew,
    pool,
    scores,
    numberOf: () => 0,
  })
  // Query 0 finds one of two, query 1 asks for nothing of the pool, query 2 finds its one, query 3 is not asked.
  expect(figures.count('first recall@50')).toBe(2)
  expect(figures.spread('first recall@50', rng(1))?.value).toBeCloseTo(0.75, 12)
  const [whole, half] = [1 / Math.log2(22), 1 / (1 + 1 / Math.log2(3))]
  expect(figures.spread('first ndcg@50', rng(1))?.value).toBeCloseTo((whole + half) / 2, 12)
})

it('does not find again what was engaged with before', () => {
  const figures = tally()
  judge(figures, 'unseen', {
    queries: [query([150], { seen: [100, 7] })],
    asks: () => true,
    pool,
    scores,
    numberOf: () => 0,
  })
  // 150 is 51st of the pool, and 50th without 100.
  expect(figures.spread('unseen recall@50', rng(1))?.value).toBe(1)
})

it('scores by inner product', () => {
  const products = byVectors(
    Float32Array.of(1, 0, 0, 2),
    Float32Array.of(1, 1, 3, 4, 5, 6),
    2,
    Uint32Array.of(2, 0),
  )
  expect([...products(0)]).toEqual([5, 1])
  expect([...products(1)]).toEqual([12, 2])
})
