import type { Item, Page } from '@explore/explore'
import { expect, expectTypeOf, test } from 'vitest'
import type { healthSchema } from '../schemas/operations.ts'
import type { Of } from '../schemas/fields.ts'
import type { itemSchema } from '../schemas/item.ts'
import type { pageSchema } from '../schemas/page.ts'
import type { userSchema } from '../schemas/user.ts'
import type { Health, User } from '@explore/explore'
import { edgeOf } from '../testing/edge-of.ts'
import { fakeService } from '../testing/fake-service.ts'

test('the schemas that serialise are the contracts', () => {
  // The serializer leaves out what its schema does not name: a type that drifts must not compile.
  expectTypeOf<Of<typeof pageSchema>>().toEqualTypeOf<Page>()
  expectTypeOf<Of<typeof itemSchema>>().toEqualTypeOf<Item>()
  expectTypeOf<Of<typeof userSchema>>().toEqualTypeOf<User>()
  expectTypeOf<Of<typeof healthSchema>>().toEqualTypeOf<Health>()
})

test('a page arrives as the service made it, explained or not', async () => {
  const service = fakeService()
  const edge = edgeOf(service)
  const asked = { userId: 'u1', limit: 5, explain: true, explainItem: 'm3' }
  const [first, second] = [await service.page(asked), await service.page(asked)]
  const wild = {
    ...second,
    requestId: first.requestId,
    degraded: ['without trending'],
    trace: [{ ...second.trace![0]!, failures: { trending: 'late "1"' }, rung: 'without trending' }],
    absent: {
      itemId: 'm3',
      leftAt: 'filter',
      reason: 'seen',
      steps: [{ step: 'filter', rank: 3 }],
    },
  }
  for (const page of [first, wild]) {
    const reply = await edgeOf({ page: async () => page }).inject('/v1/explore/u1?explain=true')
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toEqual(page)
  }
  const plain = (await edge.inject('/v1/explore/u1?limit=2')).json<Page>()
  expect(plain.items.map(item => Object.keys(item))).toEqual(
    Array.from({ length: 2 }, () => ['itemId', 'score', 'sources']),
  )
})

test('the service gets the request as it was meant', async () => {
  const asked: unknown[] = []
  const { page } = fakeService()
  const edge = edgeOf({
    page: request => {
      asked.push(request)
      return page(request)
    },
  })
  await edge.inject('/v1/explore/a%3Ab%40c?limit=7&surface=grid&explain=false&explainItem=m1')
  await edge.inject('/v1/explore/u1')
  expect(asked).toEqual([
    { userId: 'a:b@c', limit: 7, surface: 'grid', explain: false, explainItem: 'm1' },
    { userId: 'u1' },
  ])
})

const like = (eventId: string) => ({
  eventId,
  userId: 'u1',
  type: 'like',
  itemId: 'm1',
  time: 1_764_000_000_000,
})

test.each([
  ['one event', like('e1'), 1],
  ['an array', [like('e1'), like('e2')], 2],
  ['an envelope', { events: [like('e1'), like('e2'), like('e3')] }, 3],
])('events are taken as %s', async (_, payload, accepted) => {
  const service = fakeService()
  const reply = await edgeOf(service).inject({ method: 'POST', url: '/v1/events', payload })
  expect(reply.statusCode).toBe(202)
  expect(reply.json()).toMatchObject({ accepted, rejected: 0 })
  expect(service.recorded).toHaveLength(accepted)
})

test('a bad row of a batch is refused alone, wherever it stands and whatever it is', async () => {
  const payload = [null, like('e1'), 'text', { ...like('e2'), type: 'lick' }]
  const reply = await edgeOf().inject({ method: 'POST', url: '/v1/events', payload })
  expect(reply.statusCode).toBe(202)
  const { accepted, rejected, verdicts } = reply.json()
  expect([accepted, rejected]).toEqual([1, 3])
  expect(verdicts[1]).toEqual({ status: 'accepted', eventId: 'e1' })
  expect(verdicts[3]).toMatchObject({ status: 'rejected', code: 'FIELD_INVALID', field: 'type' })
})

test('a batch without a good row is a problem, with all verdicts', async () => {
  const reply = await edgeOf().inject({
    method: 'POST',
    url: '/v1/events',
    payload: [{ eventId: 'e' }, { userId: 'u1' }],
  })
  expect(reply.statusCode).toBe(400)
  expect(reply.json()).toMatchObject({
    code: 'FIELD_INVALID',
    field: '[0].userId',
    accepted: 0,
    rejected: 2,
    verdicts: [{ field: 'userId' }, { field: 'type' }],
  })
})

test('an item is put, read, listed, and deleted', async () => {
  const edge = edgeOf(fakeService({ items: 0 }))
  const put = await edge.inject({
    method: 'PUT',
    url: '/v1/items/m1',
    payload: { id: 'm1', author: 'a1', createdAt: '2026-11-23T16:00:00Z', recommendable: false },
  })
  const stored = {
    id: 'm1',
    author: 'a1',
    createdAt: Date.UTC(2026, 10, 23, 16),
    recommendable: false,
  }
  expect(put.json()).toEqual(stored)
  expect((await edge.inject('/v1/items/m1')).json()).toEqual(stored)
  expect((await edge.inject('/v1/items')).json()).toEqual({ items: [stored], next: null })
  const gone = await edge.inject({ method: 'DELETE', url: '/v1/items/m1' })
  expect([gone.statusCode, gone.body]).toEqual([204, ''])
  expect((await edge.inject('/v1/items/m1')).statusCode).toBe(404)
})

test('users are put in bulk, listed page by page or by id, and deleted', async () => {
  const edge = edgeOf(fakeService({ users: 0 }))
  const payload = ['a', 'b', 'c'].map(id => ({ id, attributes: { country: 'br' } }))
  const written = await edge.inject({ method: 'PUT', url: '/v1/users', payload })
  expect(written.json()).toEqual({ written: 3 })
  const first = (await edge.inject('/v1/users?limit=2')).json()
  expect(first).toEqual({ users: payload.slice(0, 2), next: 'b' })
  const second = (await edge.inject('/v1/users?limit=2&after=b')).json()
  expect(second).toEqual({ users: payload.slice(2), next: null })
  const named = (await edge.inject('/v1/users?ids=c,nobody,a')).json()
  expect(named).toEqual({ users: [payload[2], payload[0]], next: null })
  const ids = ['a', 'a', 'nobody', 'c']
  const gone = await edge.inject({ method: 'DELETE', url: '/v1/users', payload: { ids } })
  expect(gone.json()).toEqual({ deleted: ['a', 'c'] })
})

test('a bulk write with one bad record writes none', async () => {
  const service = fakeService({ items: 0 })
  const payload = [
    { id: 'm1', author: 'a1' },
    { id: 'm2', author: 'a1', createdAt: 'never-ever' },
  ]
  const reply = await edgeOf(service).inject({ method: 'PUT', url: '/v1/items', payload })
  expect(reply.statusCode).toBe(400)
  expect(await service.items(undefined, 10)).toEqual([])
})

test('settings tell all that is known of them, and what was changed', async () => {
  const edge = edgeOf()
  const change = (payload: object) => edge.inject({ method: 'PATCH', url: '/v1/settings', payload })
  const { settings } = (await change({ 'page.limit': 12 })).json()
  expect(settings['page.limit']).toMatchObject({
    ...{ value: 12, default: 20, overridden: true },
    ...{ type: 'number', min: 1, max: 100, whole: true, unit: 'items' },
  })
  const refused = await change({ 'value.like.new': 9, 'page.limit': 1000 })
  expect(refused.json()).toMatchObject({ code: 'SETTING_INVALID', field: 'page.limit' })
  const after = (await edge.inject('/v1/settings')).json().settings
  expect(after['value.like.new']).toMatchObject({ value: 4, overridden: false })
  expect((await change({ 'page.limit': null })).json().settings['page.limit'].value).toBe(20)
})

test('ready is 503 until pages can be served; live is 200', async () => {
  const health = { ready: false, bundle: null, items: 0, lag: 3, problems: ['no items'] }
  const edge = edgeOf({ health: async () => health })
  const reply = await edge.inject('/v1/health/ready')
  expect([reply.statusCode, reply.json()]).toEqual([503, health])
  const live = await edge.inject('/v1/health/live')
  expect([live.statusCode, live.json()]).toEqual([200, { status: 'live', version: '0.1.0' }])
})
