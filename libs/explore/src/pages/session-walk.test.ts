import {
  memoryWorld,
  type MemoryWorld,
  randomWorld,
  type RandomWorld,
} from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { topicKey } from '../hash.ts'
import { requestIdOf } from '../request-id.ts'

const NOW = Date.UTC(2026, 5, 1)
const SEEDS = Array.from({ length: 12 }, (_, i) => `world ${i}`)

interface Drawn {
  readonly drawn: RandomWorld
  readonly world: MemoryWorld
  readonly random: () => number
}

/** A random world with random settings; the smaller ones run their sources dry at once. */
const worldOf = async (seed: string): Promise<Drawn> => {
  const random = randomOf(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const size = { items: [1, 5, 40, 150, 400][below(5)]!, users: 12, events: 10 + below(60) }
  const drawn = randomWorld(random, NOW, size)
  const world = await memoryWorld({
    now: NOW,
    items: drawn.items,
    users: drawn.users,
    settings: {
      'integrity.blockAbove': [0.5, 0.9][below(2)],
      'width.candidates': [10, 100, 1000][below(3)],
      'rerank.authorGap': below(5),
      'rerank.exploreEvery': [0, 5, 20][below(3)],
      'rerank.mmrLambda': [0, 0.5, 0.8, 1][below(4)],
    },
    ...(random() < 0.2 && { bundle: null }),
  })
  await world.record(drawn.events)
  return { drawn, world, random }
}

/** Who may see what, decided from the events and items alone. */
const eligibleItems = ({ drawn, world }: Drawn, userId: string): readonly string[] => {
  const own = drawn.events.filter(event => event.userId === userId)
  const seen = new Set(own.flatMap(({ type, itemId }) => (/author/.test(type) ? [] : [itemId])))
  const authorOf = new Map(drawn.items.map(({ id, author }) => [id, author]))
  const blocked = new Set<string>()
  for (const { type, itemId } of own) {
    if (type === 'hide_author') blocked.add(authorOf.get(itemId!)!)
    if (type === 'unhide_author') blocked.delete(authorOf.get(itemId!)!)
  }
  return drawn.items
    .filter(
      ({ id, author, hidden, recommendable, integrityRisk = 0 }) =>
        !hidden &&
        recommendable !== false &&
        integrityRisk <= world.settings['integrity.blockAbove'] &&
        author !== userId &&
        !blocked.has(author) &&
        !seen.has(id),
    )
    .map(({ id }) => id)
}

describe.each(SEEDS)('%s', seed => {
  it('serves each eligible item once and no other, on full pages', async () => {
    const drawn = await worldOf(seed)
    for (const userId of ['user-0', 'user-5', 'nobody']) {
      const limit = 1 + Math.floor(drawn.random() * 40)
      const pages = await drawn.world.walk({ userId, limit })
      const ids = pages.flatMap(page => page.items.map(item => item.itemId))
      const eligible = eligibleItems(drawn, userId)
      expect(ids.toSorted()).toEqual(eligible.toSorted())
      for (const { items } of pages.slice(0, -1)) expect(items.length).toBe(limit)
      expect(pages.length).toBe(Math.floor(eligible.length / limit) + 1)
    }
  })

  it('gives the same page for the same cursor, whatever else is asked', async () => {
    const { world } = await worldOf(seed)
    const first = await world.walk({ userId: 'user-1', limit: 7 }, requestIdOf(999))
    for (const [i, page] of first.slice(0, -1).entries()) {
      const again = await world.page({ userId: 'user-1', cursor: page.nextCursor!, limit: 3 })
      expect(again.items).toEqual(first[i + 1]!.items)
      expect(again.nextCursor).toEqual(first[i + 1]!.nextCursor)
    }
  })

  it('gives the same ranking for the same request id', async () => {
    const [a, b] = [await worldOf(seed), await worldOf(seed)]
    const request = { userId: 'user-2', limit: 30, explain: true }
    const [one, two] = await Promise.all([a.world.walk(request), b.world.walk(request)])
    const untimed = (pages: typeof one) => pages.map(({ trace: _, ...page }) => page)
    expect(untimed(one)).toEqual(untimed(two))
  })

  it('keeps authors and topics apart where it can, and says where it cannot', async () => {
    const { world, drawn } = await worldOf(seed)
    const page = await world.page({ userId: 'user-3', limit: 100, explain: true })
    const itemOf = new Map(drawn.items.map(item => [item.id, item]))
    const shown = page.items.map(({ itemId }) => itemOf.get(itemId)!)
    const gap = world.settings['rerank.authorGap']
    const near = (i: number, n: number) => shown.slice(Math.max(0, i - n), i)
    const meets = (item: (typeof shown)[number], i: number): readonly boolean[] => [
      near(i, gap).every(({ author }) => author !== item.author),
      item.topics?.[0] === undefined ||
        near(i, 5).filter(({ topics }) => topics?.[0] === item.topics![0]).length < 2,
    ]
    shown.forEach((item, i) => {
      const [author, topic] = meets(item, i)
      const later = shown.slice(i)
      if (!author) expect(later.some(other => meets(other, i)[0])).toBe(false)
      if (author && !topic) expect(later.some(other => meets(other, i).every(Boolean))).toBe(false)
    })
  })

  it('explains: terms add up, ranks and moves lead to the place', async () => {
    const { world } = await worldOf(seed)
    const page = await world.page({ userId: 'user-4', limit: 50, explain: true })
    if (page.origin !== 'live') {
      expect(page.items.every(item => item.score === null)).toBe(true)
      return
    }
    page.items.forEach(({ score, explanation }, i) => {
      const { value, retrieval, firstStage, secondStage, moves } = explanation!
      const sum = Object.values(value.terms).reduce((a, b) => a + b, 0)
      expect(sum).toBeCloseTo(value.value, 4)
      expect(value.score).toBe(score)
      expect(retrieval.rank).toBeGreaterThan(0)
      expect(firstStage.rank).toBeGreaterThan(0)
      expect(moves.at(-1)?.to ?? secondStage.rank).toBe(i + 1)
      for (const move of moves) {
        expect(move.from).toBe(secondStage.rank)
        expect(move.why).toBeTruthy()
      }
    })
    const ranks = page.items.map(({ explanation }) => explanation!.secondStage.rank)
    expect(new Set(ranks).size).toBe(ranks.length)
  })

  it('says of every item where it is or why it is not', async () => {
    const drawn = await worldOf(seed)
    const { world } = drawn
    const userId = 'user-6'
    const eligible = new Set(eligibleItems(drawn, userId))
    const sample = drawn.drawn.items.filter((_, i) => i % 7 === 0)
    for (const { id } of sample) {
      const request = { userId, limit: 5, explainItem: id }
      const page = await world.page(request, { id: requestIdOf(777) })
      const { place, leftAt, reason } = page.absent!
      const at = page.items.findIndex(({ itemId }) => itemId === id)
      expect(place).toBe(at < 0 ? undefined : at + 1)
      expect(leftAt === undefined).toBe(at >= 0)
      expect(leftAt === 'filter' || reason.startsWith('refused by')).toBe(!eligible.has(id))
      expect(reason).not.toBe('')
    }
  })
})

it('topics of these worlds do not share keys', () => {
  const keys = Array.from({ length: 8 }, (_, i) => topicKey(`topic-${i}`))
  expect(new Set(keys).size).toBe(8)
})
