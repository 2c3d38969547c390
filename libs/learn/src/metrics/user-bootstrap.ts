import type { Rng } from '../rng.ts'
import type { Interval } from './bootstrap.ts'

/**
 * Percentile intervals of several figures at once by resampling users with replacement (Efron, 1979).
 * `of` takes how often each of the `users` is in the sample. Samples in which a figure is not finite
 * are left out; NaN where none is left.
 */
export const userBootstrap = <Name extends string>(
  users: number,
  of: (weights: Uint16Array) => Readonly<Record<Name, number>>,
  {
    random,
    samples = 200,
    level = 0.95,
  }: { readonly random: Rng; readonly samples?: number; readonly level?: number },
): Readonly<Record<Name, Interval>> => {
  const drawn: Readonly<Record<Name, number>>[] = []
  const weights = new Uint16Array(users)
  for (let sample = 0; sample < samples; sample++) {
    weights.fill(0)
    for (let i = 0; i < users; i++) weights[random.int(users)]++
    drawn.push(of(weights))
  }
  const names = Object.keys(drawn[0]) as Name[]
  const interval = (name: Name): Interval => {
    const values = drawn.map(figures => figures[name]).filter(value => Number.isFinite(value))
    values.sort((a, b) => a - b)
    const at = (share: number) => values[Math.round(share * (values.length - 1))] ?? NaN
    return { low: at((1 - level) / 2), high: at((1 + level) / 2) }
  }
  return Object.fromEntries(names.map(name => [name, interval(name)])) as Record<Name, Interval>
}
