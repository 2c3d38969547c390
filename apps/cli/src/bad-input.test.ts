import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { homes, someItems } from './testing/homes.ts'
import { type Answer, serveHome, type Server } from './testing/server.ts'

const DAY = 86_400_000
const folder = homes()
let server: Server

/** The empty catalogue comes first: the tests that follow describe items to the same server. */
beforeAll(async () => {
  server = await serveHome(folder.next())
})
afterAll(async () => {
  const { code, stderr } = await server.stop()
  folder.remove()
  expect(stderr).toBe('explore: draining …\n')
  expect(code).toBe(0)
})

const page = (userId: string, query = ''): Promise<Answer> =>
  server.call('GET', `/v1/explore/${userId}${query}`)
const put = async (...items: readonly object[]): Promise<void> => {
  expect((await server.call('PUT', '/v1/items', items)).status).toBe(200)
}
const event = (more: object): object => ({ userId: 'u1', itemId: 'm1', type: 'click', ...more })
/** Sends events and waits until they are folded, which outlasts the acknowledgement on a crowded machine. */
const send = async (...rows: readonly unknown[]): Promise<Answer> => {
  const answer = await server.call('POST', '/v1/events', rows)
  await expect.poll(async () => (await server.client.health()).lag).toBe(0)
  return answer
}
const idsOf = ({ body }: Answer): readonly string[] =>
  body.items.map(({ itemId }: { itemId: string }) => itemId)

describe('a catalogue', () => {
  it('that is empty gives a clear error', async () => {
    expect(await page('u1')).toMatchObject({
      status: 503,
      body: { code: 'CATALOGUE_EMPTY', hint: expect.stringMatching('import') },
    })
    expect(await server.call('GET', '/v1/health/ready')).toMatchObject({
      status: 503,
      body: { ready: false, problems: ['there are no items yet'] },
    })
  })

  it('of one item gives a page of one, and of none once it was seen or hidden', async () => {
    await put({ id: 'm0', author: 'a0' })
    expect(idsOf(await page('u1'))).toEqual(['m0'])
    await send(event({ itemId: 'm0', type: 'impression' }))
    expect(await page('u1')).toMatchObject({ status: 200, body: { items: [], nextCursor: null } })
    expect(idsOf(await page('u2'))).toEqual(['m0'])
    await put({ id: 'm0', author: 'a0', hidden: true })
    expect(await page('u2')).toMatchObject({ status: 200, body: { items: [] } })
  })

  it('of items that were all seen gives shorter pages until there are none', async () => {
    await put(...someItems(30))
    const seen: string[] = []
    for (;;) {
      const ids = idsOf(await page('u3', '?limit=20'))
      if (ids.length === 0) break
      seen.push(...ids)
      await send(...ids.map(itemId => event({ userId: 'u3', itemId, type: 'impression' })))
    }
    expect(seen.toSorted()).toEqual(
      someItems(30)
        .map(({ id }) => id)
        .toSorted(),
    )
  })
})

describe('a page', () => {
  it.each(['0', '-1', '1000000', 'abc', '1.5'])('is refused with limit %s', async limit => {
    expect(await page('u1', `?limit=${limit}`)).toMatchObject({
      status: 400,
      body: { code: 'LIMIT_INVALID', field: 'limit' },
    })
  })

  it.each(['a%2Fb', 'caf%C3%A9', 'x'.repeat(65), '%7Bu%7D'])(
    'is refused to user %s',
    async user => {
      expect(await page(user)).toMatchObject({ status: 400, body: { code: 'ID_INVALID' } })
    },
  )

  it('is refused with a cursor that is another viewer’s, tampered with, or stale', async () => {
    const { nextCursor } = (await page('u4', '?limit=5')).body
    const refused = (code: string) => ({ body: { code, field: 'cursor' } })
    expect(await page('u5', `?cursor=${nextCursor}`)).toMatchObject(refused('CURSOR_INVALID'))
    const tampered = nextCursor.slice(0, -3) + (nextCursor.endsWith('AAA') ? 'BBB' : 'AAA')
    expect((await page('u4', `?cursor=${tampered}`)).body.code).toMatch(/^CURSOR_/)
    expect((await page('u4', `?cursor=${nextCursor}`)).status).toBe(200)

    const settings = { 'page.sessionMs': 1000 }
    expect((await server.call('PATCH', '/v1/settings', settings)).status).toBe(200)
    const stale = (await page('u4', '?limit=5')).body.nextCursor
    await expect
      .poll(async () => (await page('u4', `?cursor=${stale}`)).body.code, { timeout: 10_000 })
      .toBe('CURSOR_EXPIRED')
    await server.call('PATCH', '/v1/settings', { 'page.sessionMs': null })
  })
})

describe('a body', () => {
  it.each([
    ['malformed JSON', '[{"userId": "u1",', 'BODY_MALFORMED', 400],
    ['a key __proto__', '[{"__proto__": {"admin": true}}]', 'BODY_MALFORMED', 400],
    ['invalid UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), 'BODY_MALFORMED', 400],
    ['9 MB', `[${'"x",'.repeat(2_400_000)}"x"]`, 'BODY_TOO_LARGE', 413],
    ['too many events', Array.from({ length: 1001 }, () => event({})), 'BODY_TOO_LARGE', 413],
    ['a number', '7', 'FIELD_INVALID', 400],
  ])('of %s is refused', async (_, body, code, status) => {
    expect(await server.call('POST', '/v1/events', body)).toMatchObject({ status, body: { code } })
  })

  it('of settings is refused whole', async () => {
    for (const [changes, code] of [
      ['{"__proto__": 1}', 'BODY_MALFORMED'],
      [{ 'page.limt': 3 }, 'SETTING_UNKNOWN'],
      [{ 'page.limit': 9, 'value.like.new': '4' }, 'SETTING_INVALID'],
    ] as const) {
      expect((await server.call('PATCH', '/v1/settings', changes)).body.code).toBe(code)
    }
    const { body } = await server.call('GET', '/v1/settings')
    expect(body.settings['page.limit'].value).toBe(20)
  })

  it('of items is taken or refused as a whole', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => ({ id: `bulk${i}`, author: `b${i % 500}` }))
    expect(
      await server.call('PUT', '/v1/items', [...many, { id: 'a/b', author: 'x' }]),
    ).toMatchObject({
      status: 400,
      body: { code: 'ID_INVALID' },
    })
    expect((await server.call('GET', '/v1/items/bulk0')).status).toBe(404)
    await put(...many)
    expect((await server.call('GET', '/v1/items/bulk1999')).status).toBe(200)
    const ids = many.map(({ id }) => id)
    const deleted = await server.call('DELETE', '/v1/items', { ids })
    expect(deleted.body.deleted).toHaveLength(2000)
  })
})

describe('events', () => {
  it('get their verdicts one by one', async () => {
    const now = Date.now()
    const { status, body } = await send(
      event({ eventId: 'good' }),
      event({ type: 'lick' }),
      event({ itemId: 'a/b' }),
      event({ time: now + DAY }),
      event({ time: now - 4000 * DAY }),
      event({ time: '2026-02-30T00:00:00Z' }),
      event({ position: -1 }),
      'no event',
      null,
      event({ eventId: 'soon', time: now + 60_000 }),
    )
    expect(status).toBe(202)
    expect(
      body.verdicts.map(({ status, field, eventId }: never) => eventId ?? field ?? status),
    ).toEqual([
      'good',
      'type',
      'itemId',
      'time',
      'time',
      'time',
      'position',
      'rejected',
      'rejected',
      'soon',
    ])
  })

  it('that come twice count once', async () => {
    const again = event({ userId: 'u8', eventId: 'twice', type: 'impression', itemId: 'm5' })
    // A newcomer has up to ten impressions: eleven times the same one must not make them casual.
    await send(...Array.from({ length: 11 }, () => again))
    for (let i = 0; i < 3; i++) expect((await send(again)).body.verdicts[0].status).toBe('accepted')
    expect((await page('u8')).body.group).toBe('new')
    const more = someItems(11).map(({ id }) =>
      event({ userId: 'u8', type: 'impression', itemId: id }),
    )
    await send(...more)
    expect((await page('u8')).body.group).toBe('casual')
  })

  it('about an unknown item are accepted or rejected, as the setting says', async () => {
    const stranger = event({ itemId: 'never-described' })
    expect((await send(stranger)).body.verdicts[0].status).toBe('accepted')
    await server.call('PATCH', '/v1/settings', { 'events.unknownItems': 'reject' })
    const { status, body } = await send(event({ itemId: 'nor-this' }))
    expect(status).toBe(400)
    expect(body.verdicts[0]).toMatchObject({ code: 'ITEM_UNKNOWN', field: 'itemId' })
    await server.call('PATCH', '/v1/settings', { 'events.unknownItems': null })
    const ids = idsOf(await page('u9', '?limit=100'))
    expect(ids).not.toContain('never-described')
  })
})
