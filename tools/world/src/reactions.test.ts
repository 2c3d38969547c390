import { describe, expect, test } from 'vitest'
import { EventLog, LOGGED } from './event-log.ts'
import { createReactions } from './reactions.ts'
import { streamOf } from './rng.ts'
import { createSmall, NOW, requestOf } from './testing/small.ts'
import { REACTIONS, WORTH } from './worth.ts'

const { nature, minds } = createSmall()
const { catalogue, population, response, taste } = nature
const likes = population.traits[REACTIONS.indexOf('like')]!
/** A viewer who likes much. */
const user = likes.findIndex((trait, each) => trait > 3 && population.responsive[each] === 1)
const item = Array.from({ length: 2000 }, (_, each) => each).find(
  each => taste.interest(minds, user, each) > 0.3,
)!

/** Reactions to one item at one place, on many visits that differ in luck alone. */
const meet = (visits: number, slot = 0, shown = item) => {
  const log = new EventLog(catalogue, 't')
  const react = createReactions(nature, streamOf(1, 'reactions'), log)
  for (let visit = 0; visit < visits; visit++)
    react(minds, { ...requestOf(user), visit }, slot, shown, NOW)
  return log
}
const worthOf = (log: EventLog): number => {
  let worth = 0
  for (let row = 0; row < log.size; row++)
    worth += (WORTH as Partial<Record<string, number>>)[LOGGED[log.type(row)]!] ?? 0
  return worth
}
const count = (log: EventLog, type: (typeof LOGGED)[number]) => {
  let rows = 0
  for (let row = 0; row < log.size; row++) if (LOGGED[log.type(row)] === type) rows++
  return rows
}

describe('reactions', () => {
  test('are worth, on average, what the response expects', () => {
    const visits = 40_000
    const log = meet(visits)
    response.read(minds, requestOf(user), item, NOW)
    expect(count(log, 'click') / visits).toBeCloseTo(response.click(), 2)
    expect(worthOf(log) / visits / response.value()).toBeCloseTo(1, 1)
  })

  test('fall with the place on the page, by attention', () => {
    const visits = 10_000
    const [top, bottom] = [count(meet(visits), 'click'), count(meet(visits, 9), 'click')]
    expect(bottom / top).toBeCloseTo(response.attention(9), 1)
  })

  test('share their luck with whatever else is shown at the place', () => {
    const clicksBy = (log: EventLog) => {
      const clicks = new Set<string>()
      for (let row = 0; row < log.size; row++)
        if (LOGGED[log.type(row)] === 'click') clicks.add(log.event(row).requestId!)
      return clicks
    }
    const [ours, theirs] = [clicksBy(meet(2000)), clicksBy(meet(2000, 0, item + 1))]
    const [less, more] = ours.size < theirs.size ? [ours, theirs] : [theirs, ours]
    expect([...less].filter(each => !more.has(each))).toEqual([])
  })

  test('follow the impression, some of them late', () => {
    const log = meet(20_000)
    const delays = Array.from({ length: log.size }, (_, row) => log.time(row) - NOW)
    const reactions = delays.filter(
      (_, row) => !['impression', 'click', 'long_view'].includes(LOGGED[log.type(row)]!),
    )
    expect(Math.min(...delays)).toBe(0)
    expect(reactions.length).toBeGreaterThan(100)
    const late = reactions.filter(delay => delay > 600_000).length / reactions.length
    expect(late).toBeGreaterThan(0.01)
    expect(late).toBeLessThan(0.15)
  })
})
