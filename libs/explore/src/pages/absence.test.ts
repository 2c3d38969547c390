import type { MemoryWorld } from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import { requestIdOf } from '../request-id.ts'
import { eventOf, idsOf, itemsOf, range, worldOf } from './page-fixture.ts'

describe('explainItem', () => {
  const absent = async (world: MemoryWorld, explainItem: string, limit = 5) =>
    (await world.page({ userId: 'u', limit, explainItem })).absent!

  it('knows ids that nobody described', async () => {
    expect(await absent(await worldOf(10), 'nothing')).toMatchObject({ leftAt: 'catalogue' })
  })

  it('names the filter', async () => {
    const items = itemsOf(10)
    items[3] = { ...items[3]!, hidden: true }
    items[4] = { ...items[4]!, recommendable: false }
    items[5] = { ...items[5]!, integrityRisk: 0.99 }
    items[6] = { ...items[6]!, author: 'u' }
    const world = await worldOf(0, { items })
    await world.record([eventOf('u', 'impression', 7), eventOf('u', 'hide_author', 8)])
    const reasons = [
      'hidden',
      'not recommendable',
      'integrity',
      'own item',
      'seen',
      'blocked author',
    ]
    for (const [i, reason] of reasons.entries()) {
      expect(await absent(world, `item-${i + 3}`)).toMatchObject({
        leftAt: 'filter',
        reason: `refused by ${reason}`,
      })
    }
  })

  it('names the cut, with ranks', async () => {
    const world = await worldOf(400)
    const pages = await world.walk({ userId: 'u', limit: 100 }, requestIdOf(1))
    const cutOff = idsOf(pages.at(-2)!).at(-1)!
    const { leftAt, reason, steps } = await absent(world, cutOff)
    expect(leftAt).toMatch(/^(keep by light|retrieve)$/)
    if (leftAt === 'keep by light') expect(reason).toMatch(/^rank \d+ of \d+ by light/)
    expect(steps.length).toBeGreaterThan(0)
  })

  it('names the share of a source that was used up', async () => {
    const world = await worldOf(400, {
      settings: { 'width.candidates': 100, 'width.overfetch': 10 },
    })
    const reasons = await Promise.all(
      range(100).map(i => world.page({ userId: 'u', explainItem: `item-${i}`, limit: 1 })),
    )
    const beyond = reasons.filter(({ absent }) => absent!.leftAt === 'retrieve')
    expect(
      beyond.some(({ absent }) => /^beyond the share of two-tower \(rank/.test(absent!.reason)),
    ).toBe(true)
  })

  it('with a cursor: the page of the session that has it', async () => {
    const world = await worldOf(100)
    const [first, second, third] = await world.walk({ userId: 'u', limit: 10 })
    const at = (explainItem: string) =>
      world.page({ userId: 'u', limit: 10, explainItem, cursor: first!.nextCursor! })
    expect((await at(idsOf(first!)[0]!)).absent!.reason).toBe('page 1 of this session had it')
    expect((await at(idsOf(second!)[3]!)).absent!.place).toBe(4)
    expect((await at(idsOf(third!)[0]!)).absent!.reason).toBe('page 3 of this session has it')
    await world.deleteItems([idsOf(second!)[2]!])
    expect((await at(idsOf(second!)[3]!)).absent!.place).toBe(3)
    expect((await at(idsOf(second!)[2]!)).absent!.reason).toBe('refused by hidden')
  })
})
