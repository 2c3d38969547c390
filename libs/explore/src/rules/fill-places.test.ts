import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import type { Constraint } from './constraint.ts'
import { type Contest, fillPlaces } from './fill-places.ts'
import { respace } from './respace.ts'

/** Items are their own labels: no two of a kind side by side. */
const apart: Constraint = {
  name: 'apart',
  over: items => (row, placed) => placed.length === 0 || items[placed.at(-1)!] !== items[row],
}
const even: Constraint = { name: 'even', over: items => row => items[row]! % 2 === 0 }
const inOrder: Contest = { score: row => -row, bound: row => -row, place: () => {} }

describe('fillPlaces', () => {
  it('takes the best that meets the constraints and says who waits', () => {
    const { rows, why } = fillPlaces(Uint32Array.of(1, 1, 1, 2, 3), [apart], inOrder)
    expect(rows).toEqual([0, 3, 1, 4, 2])
    expect(why).toEqual([
      undefined,
      'held back by apart',
      'held back by apart',
      'others before it were held back',
      'others before it were held back',
    ])
  })

  it('gives constraints up from the last to the first, and places all', () => {
    const { rows } = fillPlaces(Uint32Array.of(1, 1, 1), [apart, even], inOrder)
    expect(rows).toEqual([0, 1, 2])
    const mixed = fillPlaces(Uint32Array.of(1, 1, 3, 2), [apart, even], inOrder)
    // 2 is even; then 1, since nothing is; then 3, apart from 1.
    expect(mixed.rows).toEqual([3, 0, 2, 1])
    expect(mixed.why[2]).toBe(undefined)
    expect(mixed.why[3]).toBe('others before it were held back')
  })

  it('says which constraint was given up for whom', () => {
    const only = fillPlaces(Uint32Array.of(2, 1, 2, 2), [apart], {
      ...inOrder,
      // The third is the best wherever it may stand.
      bound: () => 10,
      score: row => (row === 2 ? 10 : -row),
    })
    expect(only.rows[0]).toBe(2)
    expect(only.why[0]).toBe('held back by diversity')
    const last = fillPlaces(Uint32Array.of(5, 5, 7), [even], inOrder, {
      special: (left, place) => (place === 0 ? left[2]! : -1),
    })
    expect(last.why).toEqual(['made room', 'made room', 'exploration slot'])
  })

  it('leaves settled rows where they are, and lets them count', () => {
    expect(fillPlaces(Uint32Array.of(1, 1, 2), [apart], inOrder, { settled: 1 }).rows).toEqual([
      0, 2, 1,
    ])
  })

  it('agrees with a search through all rows, for random contests', () => {
    const random = randomOf('contests')
    for (let n = 0; n < 200; n++) {
      const items = new Uint32Array(12).map(() => Math.floor(random() * 4))
      const base = new Float64Array(12)
        .map(() => random())
        .sort()
        .reverse()
      const pull = Array.from({ length: 12 }, () => new Float64Array(12).map(() => random() * 0.5))
      const placed: number[] = []
      const score = (row: number): number => base[row]! - (pull[row]![placed.length] ?? 0)
      const contest: Contest = {
        bound: row => base[row]!,
        score,
        place: row => void placed.push(row),
      }
      const { rows } = fillPlaces(items, [apart, even], contest)
      expect(rows.toSorted((a, b) => a - b)).toEqual(Array.from(items.keys()))
      placed.length = 0
      for (const row of rows) {
        const left = Array.from(items.keys()).filter(other => !placed.includes(other))
        const met = (other: number): number =>
          apart.over(items)(other, placed) ? (even.over(items)(other, placed) ? 2 : 1) : 0
        const most = Math.max(...left.map(met))
        const best = left.filter(other => met(other) === most)
        expect(met(row)).toBe(most)
        expect(score(row)).toBe(Math.max(...best.map(score)))
        placed.push(row)
      }
    }
  })
})

describe('respace', () => {
  const list = (...items: number[]) => items.map(item => ({ item }))

  it('leaves a list alone that meets the constraints, and is idempotent', () => {
    const random = randomOf('lists')
    expect(respace([], list(1, 2, 1), [apart])).toEqual(list(1, 2, 1))
    for (let n = 0; n < 100; n++) {
      const any = list(...Array.from({ length: 10 }, () => Math.floor(random() * 5)))
      const once = respace([], any, [apart])
      expect(respace([], once, [apart])).toEqual(once)
    }
  })

  it('looks back on what stands before', () => {
    expect(respace(list(1), list(1, 2), [apart])).toEqual(list(2, 1))
  })
})
