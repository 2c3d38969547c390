import { describe, expect, test } from 'vitest'
import { createSmall, DAY, NOW, requestOf, SMALL } from './testing/small.ts'
import { REACTIONS } from './worth.ts'

const { nature, minds } = createSmall()
const { catalogue, population, response, taste } = nature
const users = Array.from({ length: SMALL.users }, (_, user) => user)
const items = Array.from({ length: 400 }, (_, at) => 5 * at)

/** Mean over viewers and items of what `measure` finds after a reading. */
const average = (fits: (user: number, item: number) => boolean, measure: () => number): number => {
  let [sum, count] = [0, 0]
  for (const user of users)
    for (const item of items) {
      if (!fits(user, item)) continue
      response.read(minds, requestOf(user), item, NOW)
      sum += measure()
      count++
    }
  return sum / count
}
const at = (reaction: (typeof REACTIONS)[number]) => REACTIONS.indexOf(reaction)
const responsive = (user: number) => population.responsive[user] === 1

describe('response', () => {
  test('attention falls along the page', () => {
    const places = Array.from({ length: 10 }, (_, slot) => response.attention(slot))
    expect(places[0]).toBe(1)
    for (let slot = 1; slot < 10; slot++) expect(places[slot]).toBeLessThan(places[slot - 1]!)
    expect(places[9]).toBeGreaterThan(0.5)
  })

  test('interest is worth more clicks than quality', () => {
    const liked = (user: number, item: number) => taste.interest(minds, user, item) > 0.4
    const ofInterest = average((u, i) => responsive(u) && liked(u, i), response.click)
    const ofQuality = average(
      (u, i) => responsive(u) && catalogue.quality[i]! > 0.8,
      response.click,
    )
    const any = average(responsive, response.click)
    expect(ofQuality).toBeGreaterThan(any + 0.1)
    expect(ofInterest).toBeGreaterThan(ofQuality + 0.05)
  })

  test('bait wins the click and loses what comes after it', () => {
    const bait = (user: number, item: number) => responsive(user) && catalogue.bait[item]! > 1
    const plain = (user: number, item: number) => responsive(user) && catalogue.bait[item]! < -1
    const long = () => response.chance(at('long_view'), true)
    expect(average(bait, response.click)).toBeGreaterThan(average(plain, response.click) + 0.1)
    expect(average(bait, long)).toBeLessThan(average(plain, long) - 0.05)
    expect(average(bait, response.enjoyment)).toBeLessThan(average(plain, response.enjoyment) - 0.5)
  })

  test('the click gates all reactions but seeing less', () => {
    response.read(minds, requestOf(0), 0, NOW)
    for (const reaction of REACTIONS.slice(1)) {
      const [opened, unopened] = [true, false].map(is => response.chance(at(reaction), is))
      if (reaction === 'see_less' || reaction === 'report') expect(unopened).toBe(opened)
      else expect(unopened).toBeLessThan(opened! / 2)
    }
  })

  test('asking to see less is a trait of viewers, not of items', () => {
    const spread = (chances: readonly number[]) => {
      const mean = chances.reduce((sum, chance) => sum + chance, 0) / chances.length
      return Math.sqrt(chances.reduce((sum, chance) => sum + (chance - mean) ** 2, 0)) / mean
    }
    const chance = () => response.chance(at('see_less'), true)
    const few = users.slice(0, 200)
    const byUser = few.map(user => average(who => who === user, chance))
    const byItem = items.slice(0, 200).map(item => average((_, which) => which === item, chance))
    expect(spread(byUser)).toBeGreaterThan(5 * spread(byItem))
  })

  test('null responders answer every item alike', () => {
    const user = users.find(each => !responsive(each))!
    const values = items.map(item => {
      response.read(minds, requestOf(user), item, NOW)
      return response.value()
    })
    expect(new Set(values).size).toBe(1)
  })

  test('items age, and go viral for a while', () => {
    const click = (item: number, time: number) => {
      response.read(minds, requestOf(users.find(responsive)!), item, time)
      return response.click()
    }
    const calm = items.find(item => catalogue.viralAt[item] === Infinity)!
    expect(click(calm, NOW + 30 * DAY)).toBeLessThan(click(calm, NOW))
    const viral = catalogue.viralAt.findIndex(time => time < Infinity)
    const peak = catalogue.viralAt[viral]!
    expect(click(viral, peak)).toBeGreaterThan(click(viral, peak - 1))
    expect(click(viral, peak + 5 * DAY)).toBeLessThan(click(viral, peak))
  })
})
