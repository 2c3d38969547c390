import { describe, expect, test } from 'vitest'
import { afterActive } from './retention.ts'
import { streamOf } from './rng.ts'
import { createSmall, DAY, NOW, pairedT, SMALL } from './testing/small.ts'

const HOUR = 3_600_000

/** Logarithm of each viewer's next gap after a visit of five impressions that each enjoyed so much. */
const gapsAfter = (enjoyed: number) => {
  const { nature, minds } = createSmall()
  const gaps = streamOf(1, 'gaps')
  return Array.from({ length: SMALL.users }, (_, user) => {
    minds.shown[user] = 5
    minds.enjoyed[user] = 5 * enjoyed
    nature.retention.leave(minds, gaps, user, NOW)
    return Math.log(minds.nextAt[user]! - NOW)
  })
}

describe('retention', () => {
  test('satisfied viewers come back sooner, null responders as ever', () => {
    const { population } = createSmall().nature
    const [pleased, bored] = [gapsAfter(0.6), gapsAfter(-0.6)]
    const differences = pleased.map((gap, user) => gap - bored[user]!)
    expect(pairedT(differences)).toBeLessThan(-10)
    differences
      .filter((_, user) => population.responsive[user] === 0)
      .forEach(difference => expect(difference).toBe(0))
  })

  test('closes the visit', () => {
    const { nature, minds } = createSmall()
    minds.shown[0] = 5
    minds.page[0] = 1
    nature.retention.leave(minds, streamOf(1, 'gaps'), 0, NOW)
    expect([minds.visit[0], minds.page[0], minds.shown[0], minds.enjoyed[0]]).toEqual([1, 0, 0, 0])
    expect(minds.nextAt[0]).toBeGreaterThan(NOW)
  })
})

describe('afterActive', () => {
  test('a whole day is a day; hours pass fast in the evening and slowly at night', () => {
    expect(afterActive(NOW, DAY) - NOW).toBeCloseTo(DAY, -4)
    const [evening, night] = [NOW + 19 * HOUR, NOW + 7 * HOUR]
    expect(afterActive(evening, HOUR) - evening).toBeLessThan(0.7 * HOUR)
    expect(afterActive(night, HOUR) - night).toBeGreaterThan(2 * HOUR)
  })

  test('gaps add up', () => {
    const twice = afterActive(afterActive(NOW, 3 * HOUR), 4 * HOUR)
    expect(Math.abs(twice - afterActive(NOW, 7 * HOUR))).toBeLessThan(10_000)
  })
})
