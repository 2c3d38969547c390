import type { Event, Item } from '@explore/explore'
import { describe, expect, test } from 'vitest'
import type { Catalogue } from './catalogue.ts'
import { compare } from './compare.ts'
import { itemId, numberOf } from './describe.ts'
import { INSIGHT, type Insider, type Insight } from './insight.ts'
import { hasSeen } from './minds.ts'
import { METRICS, type Outcome } from './outcome.ts'
import { oraclePolicy } from './policies/oracle.ts'
import { popularPolicy } from './policies/popular.ts'
import { randomPolicy } from './policies/random.ts'
import type { PageRequest, Policy } from './policy.ts'
import { PRESETS } from './presets.ts'
import { NOW, SMALL } from './testing/small.ts'
import { createWorld, type World } from './world.ts'

const world = createWorld(SMALL)
const SEEDS = [1, 2, 3, 4, 5]
const DAYS = 2

const runAll = async (arms: readonly (() => Policy)[], of: World = world, seeds = SEEDS) => {
  const outcomes: Outcome[] = []
  for (const seed of seeds)
    for (const arm of arms) outcomes.push(await of.simulation({ seed, days: DAYS }).run(arm()))
  return outcomes
}
const find = (estimates: ReturnType<typeof compare>, policy: string, metric: string) =>
  estimates.find(each => each.policy === policy && each.metric === metric)!

/** Shows everyone the items that score highest by a latent, but for those that they have seen. */
const byLatent = (name: string, score: (catalogue: Catalogue, item: number) => number): Policy => {
  let insight: Insight | undefined
  let ranking: readonly number[] = []
  const policy: Policy & Insider = {
    name,
    [INSIGHT]: given => {
      insight = given
      const { catalogue } = given.nature
      ranking = Array.from({ length: catalogue.size }, (_, item) => item).sort(
        (a, b) => score(catalogue, b) - score(catalogue, a),
      )
    },
    observe: async () => {},
    page: async ({ userId, now, limit }) => {
      const { nature, minds } = insight!
      const user = numberOf(userId)
      const fits = (item: number) =>
        nature.catalogue.servable(item, now) && !hasSeen(minds, user, item)
      return ranking.values().filter(fits).take(limit).map(itemId).toArray()
    },
  }
  return policy
}

const arms = [
  () => randomPolicy(world),
  () => randomPolicy(world, { seed: 1, name: 'random again' }),
  () => popularPolicy(world),
  () => oraclePolicy({ name: 'noisy oracle', noise: 1 }),
  () => oraclePolicy(),
]
const outcomes = await runAll(arms)
const estimates = compare(outcomes)

describe('baselines', () => {
  test('popular beats random, and the oracle popular, outside the interval', () => {
    const value = (policy: string) => find(estimates, policy, 'value per impression')
    expect(value('popular').difference!.low).toBeGreaterThan(0)
    const onPopular = compare(outcomes, { baseline: 'popular' })
    expect(find(onPopular, 'oracle', 'value per impression').difference!.low).toBeGreaterThan(0.3)
  })

  test('who a viewer is matters more than what is popular', () => {
    const gap = (policy: string) => find(estimates, policy, 'value per impression').gapClosed!
    expect(gap('popular')).toBeLessThan(0.5)
    expect(gap('noisy oracle')).toBeGreaterThan(0.5)
    expect(gap('noisy oracle')).toBeLessThan(0.95)
  })

  test('all of them keep to the rules', () => {
    expect(outcomes.map(({ refused }) => refused)).toEqual(outcomes.map(() => 0))
  })

  test('an A/A arm is flat', async () => {
    for (const { name } of METRICS) {
      const { low, high } = find(estimates, 'random again', name).difference!
      expect(low).toBeLessThanOrEqual(0)
      expect(high).toBeGreaterThanOrEqual(0)
    }
    const again = await world.simulation({ seed: 1, days: DAYS }).run(popularPolicy(world))
    const before = outcomes.find(({ policy, seed }) => policy === 'popular' && seed === 1)!
    expect(again).toEqual(before)
  })
})

describe('the closed loop', () => {
  test('bait wins clicks and loses viewers', async () => {
    const bait = () => byLatent('bait', (catalogue, item) => catalogue.bait[item]!)
    const honest = () => byLatent('honest', (catalogue, item) => -catalogue.bait[item]!)
    const both = compare(await runAll([bait, honest]), { baseline: 'honest' })
    expect(find(both, 'bait', 'click rate').difference!.low).toBeGreaterThan(0)
    expect(find(both, 'bait', 'next-day return').difference!.high).toBeLessThan(0)
  })

  test('clicks fall along the page', async () => {
    const shown = new Array<number>(10).fill(0)
    const clicked = new Array<number>(10).fill(0)
    const random = randomPolicy(world)
    const watching: Policy = {
      ...random,
      observe: async events => {
        for (const { type, position, surface } of events) {
          if (surface !== 'explore') continue
          if (type === 'impression') shown[position!]! += 1
          if (type === 'click') clicked[position!]! += 1
        }
        await random.observe(events)
      },
    }
    await world.simulation({ seed: 1, days: 6 }).run(watching)
    const rate = (from: number, to: number) => {
      const sum = (counts: readonly number[]) =>
        counts.slice(from, to).reduce((total, count) => total + count, 0)
      return { mean: sum(clicked) / sum(shown), count: sum(shown) }
    }
    const [top, bottom] = [rate(0, 2), rate(4, 10)]
    const error = Math.sqrt(0.25 / top.count + 0.25 / bottom.count)
    expect((top.mean - bottom.mean) / error).toBeGreaterThan(4)
  })

  test('a policy hears of everything once, in order, when it has happened, and no sooner', async () => {
    const heard: Event[] = []
    const published: Item[] = []
    let last = NOW
    const random = randomPolicy(world)
    const listening: Policy = {
      name: 'listening',
      page: async (request: PageRequest) => {
        expect(request.now).toBeGreaterThanOrEqual(last)
        last = request.now
        expect(heard.at(-1)?.time ?? 0).toBeLessThanOrEqual(request.now)
        return random.page(request)
      },
      observe: async events => {
        heard.push(...events)
        await random.observe(events)
      },
      publish: async items => {
        published.push(...items)
        await random.publish!(items)
      },
    }
    const { users } = await world.simulation({ seed: 1, days: DAYS }).run(listening)
    const times = heard.map(({ time }) => time)
    expect(times.every((time, at) => time >= (times[at - 1] ?? NOW))).toBe(true)
    expect(new Set(heard.map(({ eventId }) => eventId)).size).toBe(heard.length)
    const known = new Set([...world.history()].map(({ eventId }) => eventId))
    expect(heard.filter(({ eventId }) => known.has(eventId))).toEqual([])
    const impressions = heard.filter(
      ({ type, eventId }) => type === 'impression' && eventId.startsWith('s1'),
    )
    const total = users.impressions.reduce((sum, count) => sum + count, 0)
    expect(impressions.length).toBeGreaterThan(0.95 * total)
    expect(published.filter(({ hidden }) => !hidden).length).toBeGreaterThan(50)
    expect(published.every(({ createdAt }) => createdAt! <= last)).toBe(true)
  })

  test('what the world refuses is counted and costs the viewer', async () => {
    const stubborn: Policy = {
      name: 'stubborn',
      observe: async () => {},
      page: async () => ['m1', 'm1', 'u1', 'nonsense', '__proto__', 'm999999'],
    }
    const { refused, users } = await world
      .simulation({ seed: 1, days: 1, users: 100 })
      .run(stubborn)
    expect(refused).toBeGreaterThan(5 * 60)
    expect(Math.max(...users.impressions)).toBeLessThanOrEqual(1)
  })

  test.each(['low', 'high'] as const)('conclusions hold in the %s preset', async preset => {
    const other = createWorld({ ...SMALL, params: PRESETS[preset] })
    const three = [() => randomPolicy(other), () => popularPolicy(other), () => oraclePolicy()]
    const result = compare(await runAll(three, other, [1, 2]))
    const { difference, gapClosed } = find(result, 'popular', 'value per impression')
    expect(difference!.low).toBeGreaterThan(0)
    expect(gapClosed).toBeLessThan(0.6)
  })
})
