import { describe, expect, test } from 'vitest'
import { hasSeen } from './minds.ts'
import { createSmall, NOW, SMALL } from './testing/small.ts'

/** Serves `rounds` requests by `choose` and returns the events of viewer 5. */
const eventsOf5 = (
  choose: (user: number, visit: number, page: number) => number[],
  rounds = 3000,
) => {
  const { engine, log } = createSmall()
  for (let round = 0; round < rounds; round++) {
    const request = engine.next()
    engine.serve(request, choose(request.user, request.visit, request.page))
  }
  const events = []
  for (let row = 0; row < log.size; row++) if (log.user(row) === 5) events.push(log.event(row))
  return events
}
const pageFrom = (start: number) => Array.from({ length: 10 }, (_, at) => (start + at) % 1500)

describe('the engine', () => {
  test('gives a viewer the same luck whatever others are shown', () => {
    const own = (visit: number, page: number) => pageFrom(37 * visit + 300 * page)
    const one = eventsOf5((user, visit, page) => (user === 5 ? own(visit, page) : pageFrom(0)))
    const other = eventsOf5((user, visit, page) =>
      user === 5 ? own(visit, page) : pageFrom(11 * user + 97 * visit),
    )
    const length = Math.min(one.length, other.length)
    expect(length).toBeGreaterThan(20)
    expect(one.slice(0, length)).toEqual(other.slice(0, length))
  })

  test('asks in order of time', () => {
    const { engine } = createSmall()
    let last = 0
    for (let round = 0; round < 2000; round++) {
      const request = engine.next()
      expect(request.time).toBeGreaterThanOrEqual(last)
      last = request.time
      engine.serve(request, pageFrom(13 * round))
    }
  })

  test('shows nothing twice, nothing unknown, and nothing that may not be shown', () => {
    const { engine, nature, minds } = createSmall()
    const { catalogue } = nature
    const unfit = catalogue.recommendable.indexOf(0)
    const unborn = catalogue.existing(NOW)
    const fit = Array.from({ length: 100 }, (_, item) => item).find(item =>
      catalogue.servable(item, NOW),
    )!
    const bad = [unfit, unborn, catalogue.size, -1, 0.5, NaN]
    const request = engine.next()
    const served = engine.serve(request, [...bad, fit, fit])
    expect(served.shown).toEqual([fit])
    expect(served.refused).toBeGreaterThanOrEqual(bad.length)
    expect(hasSeen(minds, request.user, fit)).toBe(true)
  })

  test('an empty page ends the visit', () => {
    const { engine, minds } = createSmall()
    const request = engine.next()
    expect(engine.serve(request, [])).toEqual({ shown: [], refused: 0 })
    expect(minds.visit[request.user]).toBe(1)
    expect(minds.nextAt[request.user]).toBeGreaterThan(NOW)
  })

  test('viewers leave pages early, and some ask for more', () => {
    const { engine } = createSmall()
    const lengths: number[] = []
    let second = 0
    for (let round = 0; round < 2 * SMALL.users; round++) {
      const request = engine.next()
      if (request.page > 0) second++
      lengths.push(engine.serve(request, pageFrom(200 * request.page)).shown.length)
    }
    expect(lengths.filter(length => length < 10).length).toBeGreaterThan(lengths.length / 4)
    expect(second).toBeGreaterThan(lengths.length / 20)
  })
})
