import { expect, test } from 'vitest'
import { rng } from './rng.ts'

const draw = (seed: number | string, count = 8) => {
  const random = rng(seed)
  return Array.from({ length: count }, random.uniform)
}

test('a seed fixes the numbers, on every machine', () => {
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
  expect(draw(1, 3)).toMatchInlineSnapshot(`
    [
      0.18617190141230822,
      0.22918379679322243,
      0.5091336718760431,
    ]
  `)
})

test('a fork depends on the seed and the name, not on what was drawn before', () => {
  const [early, late] = [rng(1), rng(1)]
  late.uniform()
  expect(late.fork('towers').uniform()).toBe(early.fork('towers').uniform())
  expect(early.fork('towers').uniform()).not.toBe(early.fork('heads').uniform())
  expect(early.fork('a').fork('b').uniform()).not.toBe(early.fork('b').fork('a').uniform())
})

test('moments are those of the distributions', () => {
  const random = rng(3)
  const moments = (next: () => number, count = 100_000) => {
    const values = Array.from({ length: count }, next)
    const mean = values.reduce((sum, value) => sum + value, 0) / count
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count]
  }
  const [mean, variance] = moments(random.uniform)
  expect(mean).toBeCloseTo(1 / 2, 2)
  expect(variance).toBeCloseTo(1 / 12, 2)
  const [centre, square] = moments(random.normal)
  expect(centre).toBeCloseTo(0, 1.5)
  expect(square).toBeCloseTo(1, 1.5)
})

test('int covers [0, n) and nothing else', () => {
  const random = rng(4)
  const seen = new Set(Array.from({ length: 1000 }, () => random.int(7)))
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('shuffle keeps the elements and changes the order', () => {
  const items = Int32Array.from({ length: 100 }, (_, i) => i)
  const shuffled = rng(5).shuffle(items.slice())
  expect(shuffled).not.toEqual(items)
  expect(shuffled.toSorted()).toEqual(items)
})

test('a saved stream resumes', () => {
  const random = rng(6)
  random.normal()
  const saved = random.save()
  const expected = [random.uniform(), random.normal(), random.int(9)]
  const other = rng('another seed')
  other.load(saved)
  expect([other.uniform(), other.normal(), other.int(9)]).toEqual(expected)
})
