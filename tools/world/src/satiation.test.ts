import { describe, expect, test } from 'vitest'
import { PRESETS } from './presets.ts'
import { createSmall, DAY, NOW, pairedT, requestOf, SMALL } from './testing/small.ts'

const HOUR = 3_600_000
const { nature, minds } = createSmall()
const { catalogue, population, response, satiation } = nature

/** Two items of one topic by different authors, and one of another topic and author. */
const first = 0
const find = (fits: (item: number) => boolean) => {
  for (let item = 1; item < catalogue.size; item++) if (fits(item)) return item
  throw new Error('no such item')
}
const sameTopic = find(
  item =>
    catalogue.topic[item] === catalogue.topic[first] &&
    catalogue.author[item] !== catalogue.author[first],
)
const sameAuthor = find(item => catalogue.author[item] === catalogue.author[first])
const unrelated = find(
  item =>
    catalogue.topic[item] !== catalogue.topic[first] &&
    catalogue.author[item] !== catalogue.author[first],
)

/** Differences, by viewer, in the chance of a click on the first item, with and without `before`. */
const effectOf = (before: readonly number[], later = 0): number[] =>
  Array.from({ length: SMALL.users }, (_, user) => {
    const click = () => {
      response.read(minds, requestOf(user), first, NOW + later)
      return response.click()
    }
    const fresh = click()
    const forget = satiation.remember(minds, user)
    for (const item of before) satiation.shown(minds, user, item, NOW)
    const after = click()
    forget()
    return after - fresh
  })

describe('satiation', () => {
  test('items of the same topic tire, others do not', () => {
    expect(pairedT(effectOf([sameTopic, sameTopic, sameTopic]))).toBeLessThan(-10)
    expect(effectOf([unrelated, unrelated]).every(effect => effect === 0)).toBe(true)
  })

  test('the more of a topic was shown, the more it tires, and other topics refresh', () => {
    const mean = (effects: readonly number[]) => effects.reduce((sum, each) => sum + each, 0)
    const one = mean(effectOf([sameTopic]))
    const three = mean(effectOf([sameTopic, sameTopic, sameTopic]))
    const mixed = mean(effectOf([sameTopic, unrelated, sameTopic, unrelated, sameTopic, unrelated]))
    expect(three).toBeLessThan(one)
    expect(mixed).toBeGreaterThan(three)
  })

  test('an author seen of late tires more than the topic alone', () => {
    const onTopic = catalogue.topic[sameAuthor] === catalogue.topic[first] ? [sameTopic] : []
    const byAuthor = effectOf([sameAuthor])
    const byTopic = effectOf(onTopic)
    expect(pairedT(byAuthor.map((effect, user) => effect - byTopic[user]!))).toBeLessThan(-10)
  })

  test('both recover with time', () => {
    const before = [sameAuthor, sameTopic, sameTopic]
    const [soon, nextDay] = [effectOf(before, HOUR), effectOf(before, DAY)]
    expect(pairedT(nextDay.map((effect, user) => effect - soon[user]!))).toBeGreaterThan(10)
  })

  test('null responders are not moved', () => {
    const effects = effectOf([sameAuthor, sameTopic])
    const indifferent = effects.filter((_, user) => population.responsive[user] === 0)
    expect(indifferent.length).toBeGreaterThan(5)
    expect(indifferent.every(effect => effect === 0)).toBe(true)
  })

  test('presets order the strength of boredom', () => {
    const [low, mid, high] = [PRESETS.low, PRESETS.mid, PRESETS.high].map(preset => {
      const world = createSmall(preset)
      world.nature.satiation.shown(world.minds, 0, sameTopic, NOW)
      return world.nature.satiation.tiredness(world.minds, 0, first, NOW)
    })
    expect(low).toBeLessThan(mid!)
    expect(mid).toBeLessThan(high!)
  })
})
