import { describe, expect, it } from 'vitest'
import { requestIdOf } from '../request-id.ts'
import { eventOf, idsOf, itemsOf, NOW, worldOf } from './page-fixture.ts'

describe('sessions', () => {
  it('hold nothing that was hidden, blocked or seen since they were ranked', async () => {
    const world = await worldOf(200)
    const [first, second] = await world.walk({ userId: 'u', limit: 10 })
    const next = idsOf(second!)
    await world.deleteItems([next[0]!])
    await world.record([eventOf('u', 'hide_author', Number(next[1]!.slice(5)))])
    const again = await world.page({ userId: 'u', limit: 10, cursor: first!.nextCursor! })
    // A page that was served stays as it was, but for what must not be shown.
    expect(idsOf(again).length).toBeLessThan(10)
    expect(next).toEqual(expect.arrayContaining(idsOf(again)))
    expect(idsOf(again)).not.toContain(next[0])
    expect(idsOf(again)).not.toContain(next[1])
  })

  it('fill the next page where what was ranked for it has gone', async () => {
    const world = await worldOf(200)
    const id = requestIdOf(77)
    const [, second] = await world.walk({ userId: 'u', limit: 10 }, id)
    const ranked = idsOf(second!)
    const { nextCursor } = await world.page({ userId: 'u', limit: 10 }, { id })
    await world.deleteItems([ranked[0]!])
    await world.record([
      eventOf('u', 'hide_author', Number(ranked[1]!.slice(5))),
      eventOf('u', 'impression', Number(ranked[2]!.slice(5))),
    ])
    const page = await world.page({ userId: 'u', limit: 10, cursor: nextCursor! })
    expect(page.items.length).toBe(10)
    for (const gone of ranked.slice(0, 3)) expect(idsOf(page)).not.toContain(gone)
    expect(idsOf(page).slice(0, 5)).toEqual(expect.arrayContaining(ranked.slice(3, 6)))
  })

  it('keep authors apart over the seam where what was ranked for it has gone', async () => {
    // With four authors and a gap of three, each author's turn comes in every fourth place.
    const items = itemsOf(120).map((item, i) => ({ ...item, author: `author-${i % 4}` }))
    const world = await worldOf(0, { items, settings: { 'rerank.exploreEvery': 0 } })
    const id = requestIdOf(78)
    const [first, second] = await world.walk({ userId: 'u', limit: 10 }, id)
    await world.page({ userId: 'u', limit: 10 }, { id })
    await world.deleteItems([idsOf(second!)[0]!])
    const request = { userId: 'u', limit: 10, cursor: first!.nextCursor! }
    const shown = [...idsOf(first!), ...idsOf(await world.page(request))]
    const authors = shown.map(shown => Number(shown.slice(5)) % 4)
    authors.forEach((author, i) => {
      expect(authors.slice(Math.max(0, i - 3), i)).not.toContain(author)
    })
  })

  it('keep authors apart over the seam of two pages', async () => {
    const world = await worldOf(200)
    const pages = await world.walk({ userId: 'u', limit: 10 })
    const authors = pages.flatMap(idsOf).map(id => Number(id.slice(5)) % 20)
    authors.slice(0, 80).forEach((author, i) => {
      expect(authors.slice(Math.max(0, i - 3), i)).not.toContain(author)
    })
  })

  it('expire by the machine’s clock, whatever the clock of the events', async () => {
    const world = await worldOf(100)
    const { nextCursor } = await world.page({ userId: 'u' })
    const call = { now: NOW, requestId: requestIdOf(5) }
    const request = { userId: 'u', cursor: nextCursor! }
    const minutes = 60_000
    expect(
      (await world.explorer.page(request, { ...call, wall: NOW + 29 * minutes })).items.length,
    ).toBe(20)
    await expect(
      world.explorer.page(request, { ...call, wall: NOW + 61 * minutes }),
    ).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
    await world.state.sweep(NOW + 61 * minutes)
    await expect(world.explorer.page(request, { ...call, wall: NOW })).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
    })
  })

  it('refuse cursors of others, of other pages, and forged ones', async () => {
    const world = await worldOf(100)
    const { nextCursor } = await world.page({ userId: 'u' }, { id: requestIdOf(8) })
    const refused = (cursor: string, userId = 'u') =>
      expect(world.page({ userId, cursor })).rejects.toMatchObject({
        code: 'CURSOR_INVALID',
        field: 'cursor',
      })
    const forged = (text: string) => Buffer.from(text).toString('base64url')
    await refused(nextCursor!, 'somebody-else')
    await refused(forged(`${requestIdOf(8)}.2`))
    await refused(forged(`${requestIdOf(8)}.0`))
    await refused(forged(`${requestIdOf(8)}.1e3`))
    await refused(forged(`${requestIdOf(8)}.99999999999`))
    await refused(`${nextCursor}=`)
    await refused(`${nextCursor} `)
    await refused('')
    await refused('__proto__')
  })

  it('refuse limits out of bounds', async () => {
    const world = await worldOf(10)
    for (const limit of [0, -1, 1.5, 101, 1e6, NaN]) {
      await expect(world.page({ userId: 'u', limit })).rejects.toMatchObject({
        code: 'LIMIT_INVALID',
      })
    }
  })

  it('end for a cursor whose page was the last', async () => {
    const world = await worldOf(25)
    const first = await world.page({ userId: 'u' }, { id: requestIdOf(9) })
    const last = await world.page({ userId: 'u', cursor: first.nextCursor! })
    expect([last.items.length, last.nextCursor]).toEqual([5, null])
    const beyond = Buffer.from(`${requestIdOf(9)}.2`).toString('base64url')
    await expect(world.page({ userId: 'u', cursor: beyond })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    })
  })
})
