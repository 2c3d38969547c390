import { describe, expect, test } from 'vitest'
import { streamOf } from './rng.ts'
import { PRESETS } from './presets.ts'
import { createSmall, DAY, NOW, SMALL } from './testing/small.ts'

const { dimension, interests } = PRESETS.mid.taste
const size = dimension * interests
const drifts = streamOf(1, 'drift')

const tastesOf = (world: ReturnType<typeof createSmall>, user: number) =>
  world.minds.tastes.slice(user * size, (user + 1) * size)

describe('interest', () => {
  test('is narrow: a viewer likes a few topics much and most items not at all', () => {
    const { nature, minds } = createSmall()
    const values = Array.from({ length: SMALL.items }, (_, item) =>
      nature.taste.interest(minds, 0, item),
    )
    expect(values.every(value => value >= 0 && value <= 1)).toBe(true)
    expect(values.filter(value => value > 0.4).length).toBeGreaterThan(SMALL.items / 100)
    expect(values.filter(value => value < 0.1).length).toBeGreaterThan(SMALL.items / 2)
  })
})

describe('drift', () => {
  test('depends on the days that passed, not on how often the viewer came', () => {
    const [often, once] = [createSmall(), createSmall()]
    for (let hour = 0; hour <= 240; hour += 5)
      often.nature.taste.drift(often.minds, drifts, 3, NOW + (hour * DAY) / 24)
    once.nature.taste.drift(once.minds, drifts, 3, NOW)
    once.nature.taste.drift(once.minds, drifts, 3, NOW + 10 * DAY)
    expect(tastesOf(often, 3)).toEqual(tastesOf(once, 3))
    expect(tastesOf(once, 3)).not.toEqual(tastesOf(createSmall(), 3))
  })

  test('is slow but for shocks, and faster in the high preset', () => {
    const meanCosine = (preset: (typeof PRESETS)['mid'], days: number) => {
      const world = createSmall(preset)
      const before = world.minds.tastes.slice()
      let cosine = 0
      for (let user = 0; user < SMALL.users; user++) {
        world.nature.taste.drift(world.minds, drifts, user, NOW)
        world.nature.taste.drift(world.minds, drifts, user, NOW + days * DAY)
      }
      world.minds.tastes.forEach((value, at) => (cosine += value * before[at]!))
      return cosine / SMALL.users / interests
    }
    expect(meanCosine(PRESETS.mid, 1)).toBeGreaterThan(0.97)
    const [low, mid, high] = [PRESETS.low, PRESETS.mid, PRESETS.high].map(preset =>
      meanCosine(preset, 14),
    )
    expect(low).toBeGreaterThan(mid!)
    expect(mid).toBeGreaterThan(high!)
    expect(mid).toBeLessThan(0.95)
  })
})
