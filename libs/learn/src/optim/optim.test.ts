import { describe, expect, test } from 'vitest'
import { adam, lazyAdam } from './adam.ts'
import { rowAdagrad } from './row-adagrad.ts'
import { constantRate, warmupCosine } from './schedule.ts'
import { touchedRows } from './touched-rows.ts'

const close = (found: Float32Array, expected: readonly number[]) =>
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6))

describe('adam', () => {
  test('agrees with two steps by hand', () => {
    const { update } = adam({ beta1: 0.9, beta2: 0.99, epsilon: 0 })(2)
    const values = Float32Array.of(1, -2)
    update(values, Float32Array.of(4, -0.5), { step: 1, rate: 0.1, scale: 1 })
    // At step 1 the corrected moments are g and g², so the step is the rate against g's sign.
    close(values, [0.9, -1.9])
    update(values, Float32Array.of(-2, -0.5), { step: 2, rate: 0.1, scale: 1 })
    // m = 0.9·0.4 − 0.1·2 = 0.16, v = 0.99·0.16 + 0.01·4 = 0.1984; corrections 0.19 and 0.0199.
    close(values, [0.9 - (0.1 * (0.16 / 0.19)) / Math.sqrt(0.1984 / 0.0199), -1.8])
  })

  test('decays weights beside the gradient, by rate · weightDecay', () => {
    const { update } = adam({ weightDecay: 0.5, epsilon: 0 })(1)
    const values = Float32Array.of(2)
    update(values, Float32Array.of(3), { step: 1, rate: 0.1, scale: 1 })
    close(values, [2 * 0.95 - 0.1])
  })

  test('scales gradients before anything else', () => {
    const step = (gradient: number, scale: number) => {
      const { update, arrays } = adam()(1)
      update(Float32Array.of(0), Float32Array.of(gradient), { step: 1, rate: 0.1, scale })
      return arrays.map(array => array[0])
    }
    expect(step(8, 0.25)).toEqual(step(2, 1))
  })
})

describe('lazyAdam', () => {
  test('is adam for rows that are touched at every step', () => {
    const whole = adam()(4)
    const rows = lazyAdam()(2, 2)
    const [a, b] = [Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 2, 3, 4)]
    for (let step = 1; step <= 5; step++) {
      const gradient = Float32Array.of(step, -1, 0.5, -step)
      whole.update(a, gradient, { step, rate: 0.1, scale: 0.5 })
      const swapped = Float32Array.of(0.5, -step, step, -1)
      rows.update(b, { ids: Int32Array.of(1, 0), sums: swapped }, { step, rate: 0.1, scale: 0.5 })
    }
    expect(b).toEqual(a)
  })

  test('starts a row that comes late as if it were step 1', () => {
    const { update } = lazyAdam({ epsilon: 0 })(3, 1)
    const values = Float32Array.of(1, 1, 1)
    const touch = (id: number, step: number) => {
      const gradient = { ids: Int32Array.of(id), sums: Float32Array.of(7) }
      update(values, gradient, { step, rate: 0.1, scale: 1 })
    }
    for (let step = 1; step < 100; step++) touch(0, step)
    touch(2, 100)
    close(values.subarray(1), [1, 0.9])
  })
})

test('rowAdagrad divides by the root of the accumulated mean square of the row', () => {
  const { update } = rowAdagrad({ epsilon: 0, initial: 0.5 })(3, 2)
  const values = Float32Array.of(0, 0, 1, 1, 0, 0)
  const gradient = { ids: Int32Array.of(1), sums: Float32Array.of(6, 8) }
  update(values, gradient, { step: 1, rate: 0.1, scale: 0.5 })
  close(values, [0, 0, 1 - (0.1 * 3) / Math.sqrt(13), 1 - (0.1 * 4) / Math.sqrt(13), 0, 0])
  update(values, gradient, { step: 2, rate: 0.1, scale: 0.5 })
  const second = 1 / Math.sqrt(13) + 1 / Math.sqrt(25.5)
  close(values, [0, 0, 1 - 0.3 * second, 1 - 0.4 * second, 0, 0])
})

test('warmupCosine rises, turns and ends where it is told', () => {
  const rate = warmupCosine({ peak: 1, warmup: 10, steps: 110, floor: 0.1 })
  expect(rate(1)).toBeCloseTo(0.1)
  expect(rate(10)).toBe(1)
  expect(rate(60)).toBeCloseTo(0.55)
  expect(rate(110)).toBeCloseTo(0.1)
  expect(rate(1000)).toBeCloseTo(0.1)
  expect(constantRate(0.3)(7)).toBe(0.3)
})

describe('touchedRows', () => {
  test('lists each row once, ascending, and each id its place', () => {
    const touch = touchedRows('t', 10, undefined)
    const { ids, places } = touch([Int32Array.of(9, 2, 9), BigInt64Array.of(4n, 2n)])
    expect([...ids]).toEqual([2, 4, 9])
    expect(places.map(part => [...part])).toEqual([
      [2, 0, 2],
      [1, 0],
    ])
    expect([...touch([Int32Array.of(2)]).ids]).toEqual([2])
  })

  test('puts the padding first, met or not', () => {
    const touch = touchedRows('t', 10, 5)
    const { ids, places } = touch([Int32Array.of(7, 5, 1)])
    expect([...ids]).toEqual([5, 1, 7])
    expect([...places[0]]).toEqual([2, 0, 1])
    expect([...touch([Int32Array.of(3)]).ids]).toEqual([5, 3])
  })

  test('works on after an id that it refused', () => {
    const touch = touchedRows('t', 10, undefined)
    expect(() => touch([Int32Array.of(1, 10)])).toThrow("id 10 is outside of table 't' of 10 rows")
    expect([...touch([Int32Array.of(1, 3)]).ids]).toEqual([1, 3])
  })
})
