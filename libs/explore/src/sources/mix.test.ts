import { tinyCatalogue } from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { settingsFrom } from '../settings.ts'
import { SOURCES } from '../types.ts'
import type { Viewer } from '../viewer.ts'
import { mixer, unmixed } from './mix.ts'

const viewer = { group: 'casual' } as Viewer
const catalogue = tinyCatalogue(20_000)

/** The first `n` of source `i`'s own thousand items. */
const own = (i: number, n: number) => ({
  items: new Uint32Array(n).map((_, at) => i * 2000 + at),
  scores: new Float32Array(n).map((_, at) => 1 - at / n),
})
const countBySource = (sources: Uint32Array): number[] =>
  SOURCES.map((_, i) => sources.filter(mask => (mask & (1 << i)) !== 0).length)

const weights = (...values: number[]) =>
  Object.fromEntries(values.map((value, i) => [`sources.${SOURCES[i]}.weight.casual`, value]))

describe('shares', () => {
  it('ask each source for its weight’s share and the overfetch, and none of weight 0', () => {
    const settings = settingsFrom({ ...weights(4, 2, 0, 1, 1, 1, 1), 'width.overfetch': 1.5 })
    expect([...mixer(catalogue, settings).shares(SOURCES, viewer)]).toEqual([
      600, 300, 0, 150, 150, 150, 150,
    ])
  })
})

describe('mix', () => {
  it('gives rich sources their weights’ shares, within one candidate each', () => {
    const random = randomOf('weights')
    for (let n = 0; n < 20; n++) {
      const drawn = SOURCES.map(() => (random() < 0.2 ? 0 : Math.ceil(random() * 50) / 10))
      if (drawn.every(weight => weight === 0)) continue
      const settings = settingsFrom(weights(...drawn))
      const mix = mixer(catalogue, settings)
      const found = [...mix.shares(SOURCES, viewer)].map((share, i) => own(i, share))
      const { sources, length } = mix.mix(found, SOURCES, viewer)
      const sum = drawn.reduce((a, b) => a + b, 0)
      expect(length).toBe(1000)
      countBySource(sources).forEach((count, i) => {
        expect(Math.abs(count - (1000 * drawn[i]!) / sum)).toBeLessThanOrEqual(2)
      })
    }
  })

  it('gives a dry source’s share to the others by their weights', () => {
    const settings = settingsFrom({ ...weights(5, 3, 2, 0, 0, 0, 0), 'width.candidates': 500 })
    const found = [own(0, 500), own(1, 500), own(2, 20), own(3, 0), own(4, 0), own(5, 0), own(6, 0)]
    const { sources } = mixer(catalogue, settings).mix(found, SOURCES, viewer)
    const [first, second, third] = countBySource(sources)
    expect(third).toBe(20)
    expect(first! / second!).toBeCloseTo(5 / 3, 1)
    expect(first! + second!).toBe(480)
  })

  it('names every source that found a candidate, takes it once, and ranks the best first', () => {
    const settings = settingsFrom(weights(1, 1, 1, 1, 1, 1, 1))
    const found = SOURCES.map(() => own(0, 50))
    const { items, sources, mixRank, mixed } = mixer(catalogue, settings).mix(
      found,
      SOURCES,
      viewer,
    )
    expect([...items]).toEqual([...own(0, 50).items])
    expect(sources.every(mask => mask === 0b1111111)).toBe(true)
    expect([...mixRank.subarray(0, 3)]).toEqual([0, 1, 2])
    expect(mixed[0]).toBe(1)
    expect(mixed[49]).toBeCloseTo(0.02)
  })

  it('puts first what several sources agree on', () => {
    const list = (...items: number[]) => ({
      items: Uint32Array.from(items),
      scores: new Float32Array(items.length),
    })
    const none = SOURCES.slice(2).map(() => list())
    const mix = mixer(catalogue, settingsFrom(weights(1, 1, 0, 0, 0, 0, 0)))
    const { items } = mix.mix([list(1, 2, 3), list(9, 3), ...none], SOURCES, viewer)
    // 1/62 + 1/61 > 1/60; of equals the one whose turn came first.
    expect([...items]).toEqual([3, 1, 9, 2])
    expect([...mix.mix([list(2), list(), ...none], SOURCES, viewer).items]).toEqual([2])
  })

  it('keeps the draws of exploration, and forgets one request’s candidates before the next', () => {
    const mix = mixer(catalogue, settingsFrom())
    const empty = SOURCES.map(() => own(0, 0))
    const cold = [...empty.slice(0, 6), own(6, 3)]
    const first = mix.mix(cold, SOURCES, viewer)
    expect([...first.draw]).toEqual([...own(6, 3).scores])
    const again = mix.mix([own(6, 3), ...empty.slice(1)], SOURCES, viewer)
    expect(countBySource(again.sources)).toEqual([3, 0, 0, 0, 0, 0, 0])
    expect([...again.draw]).toEqual([0, 0, 0])
  })

  it('leaves out what is beyond the catalogue', () => {
    const strange = {
      items: Uint32Array.of(5, 20_000, 0xffff_ffff, 6),
      scores: new Float32Array(4),
    }
    const found = [strange, ...SOURCES.slice(1).map(() => own(0, 0))]
    const { items } = mixer(catalogue, settingsFrom()).mix(found, SOURCES, viewer)
    expect([...items]).toEqual([5, 6])
  })

  it('takes nothing from nothing', () => {
    const { length } = mixer(catalogue, settingsFrom()).mix([], [], viewer)
    expect(length).toBe(0)
  })
})

it('unmixed candidates rank behind all that a source found', () => {
  const { mixRank, sources } = unmixed(settingsFrom())(Uint32Array.of(8, 9), 256)
  expect([...mixRank]).toEqual([1256, 1257])
  expect([...sources]).toEqual([0, 0])
})
