import type { ErrorCode } from '@explore/explore'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiDocument } from './api-reference.ts'
import type { Problem } from './problem.ts'
import { NOWHERE } from './schemas/problem.ts'
import { edgeOf } from './testing/edge-of.ts'

const edge = edgeOf({}, { bodyLimit: 2000 })
let document: ApiDocument
beforeAll(async () => {
  await edge.ready()
  document = edge.swagger() as unknown as ApiDocument
})
afterAll(() => edge.close())

type Case = [request: string, options: InjectOptions, code: ErrorCode, field?: string]

const json = (payload: string | Buffer): InjectOptions => ({
  payload,
  headers: { 'content-type': 'application/json' },
})
const item = (fields: object): InjectOptions => ({ payload: { author: 'a1', ...fields } })

const BAD: Case[] = [
  // The path.
  ['GET /v1/explore/a%2Fb', {}, 'ID_INVALID', 'userId'],
  ['GET /v1/explore/a%00b', {}, 'ID_INVALID', 'userId'],
  ['GET /v1/explore/u1%0d%0ax-request-id:%20y', {}, 'ID_INVALID', 'userId'],
  ['GET /v1/items/..%2f..%2fkey.pem', {}, 'ID_INVALID', 'itemId'],
  ['GET /v1/users/..%5c..%5ckey.pem', {}, 'ID_INVALID', 'userId'],
  ['GET /v1/explore/%252e', {}, 'ID_INVALID', 'userId'],
  ['GET /v1/explore/%252e%252e', {}, 'ID_INVALID', 'userId'],
  ['GET /v1/explore/', {}, 'ID_INVALID', 'userId'],
  ['GET /v1/explore/caf%C3%A9', {}, 'ID_INVALID', 'userId'],
  [`GET /v1/explore/${'a'.repeat(65)}`, {}, 'ID_INVALID', 'userId'],
  [`GET /v1/explore/${'a'.repeat(5000)}`, {}, 'ID_INVALID', 'userId'],
  ['GET /v1/explore/%zz', {}, 'FIELD_INVALID', 'url'],
  ['GET /v1/explore/%c3%28', {}, 'FIELD_INVALID', 'url'],
  ['GET /v1/nothing', {}, 'ROUTE_UNKNOWN'],
  ['GET /', {}, 'ROUTE_UNKNOWN'],
  ['GET /docs/static/nothing.js', {}, 'ROUTE_UNKNOWN'],
  ['POST /v1/explore/u1', {}, 'METHOD_NOT_ALLOWED'],
  ['OPTIONS /v1/events', {}, 'METHOD_NOT_ALLOWED'],
  ['PATCH /v1/items', item({}), 'METHOD_NOT_ALLOWED'],
  // The query.
  ...['0', '-1', '1e6', '1000000', 'abc', '', '1.5', '1&limit=2', '0x10', '%00'].map(
    (limit): Case => [`GET /v1/explore/u1?limit=${limit}`, {}, 'LIMIT_INVALID', 'limit'],
  ),
  ['GET /v1/users?limit=1001', {}, 'LIMIT_INVALID', 'limit'],
  ['GET /v1/explore/u1?explain=maybe', {}, 'FIELD_INVALID', 'explain'],
  ['GET /v1/explore/u1?explain=true&explain=true', {}, 'FIELD_INVALID', 'explain'],
  ['GET /v1/explore/u1?explainItem=a/b', {}, 'ID_INVALID', 'explainItem'],
  ['GET /v1/explore/u1?surface=a%00b', {}, 'FIELD_INVALID', 'surface'],
  ['GET /v1/explore/u1?limt=5', {}, 'FIELD_INVALID', 'limt'],
  ['GET /v1/explore/u1?__proto__=5', {}, 'FIELD_INVALID', '__proto__'],
  ['GET /v1/explore/u1?constructor=5', {}, 'FIELD_INVALID', 'constructor'],
  ['GET /v1/explore/u1?cursor=not%20one', {}, 'CURSOR_INVALID', 'cursor'],
  ['GET /v1/explore/u1?cursor=bm90LW9uZQ', {}, 'CURSOR_INVALID', 'cursor'],
  ['GET /v1/items?ids=m1,,m2', {}, 'ID_INVALID', 'ids'],
  ['GET /v1/items?after=a/b', {}, 'ID_INVALID', 'after'],
  // The body as such.
  ['POST /v1/events', {}, 'BODY_MALFORMED'],
  ['POST /v1/events', json(''), 'BODY_MALFORMED'],
  ['POST /v1/events', json('{"events": [1,'), 'BODY_MALFORMED'],
  ['POST /v1/events', json(Buffer.from([0x22, 0xff, 0xfe, 0x22])), 'BODY_MALFORMED'],
  ['POST /v1/events', json('[{"__proto__": {"admin": true}}]'), 'BODY_MALFORMED'],
  ['POST /v1/events', json('[{"\\u005f_proto__": 1}]'), 'BODY_MALFORMED'],
  ['PUT /v1/items/m1', json('{"constructor": {"prototype": {}}}'), 'BODY_MALFORMED'],
  ['PUT /v1/items/m1', {}, 'BODY_MALFORMED'],
  ['POST /v1/events', json(`"${'x'.repeat(2000)}"`), 'BODY_TOO_LARGE'],
  ['POST /v1/events', { payload: 'a=1' }, 'MEDIA_TYPE_UNSUPPORTED', 'content-type'],
  [
    'POST /v1/events',
    { payload: '{}', headers: { 'content-type': 'text/plain' } },
    'MEDIA_TYPE_UNSUPPORTED',
    'content-type',
  ],
  [
    'POST /v1/events',
    { payload: '{}', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
    'MEDIA_TYPE_UNSUPPORTED',
    'content-encoding',
  ],
  // Events.
  ['POST /v1/events', json('3'), 'FIELD_INVALID', 'body'],
  ['POST /v1/events', json('null'), 'FIELD_INVALID', 'body'],
  ['POST /v1/events', json('[]'), 'FIELD_INVALID', 'events'],
  ['POST /v1/events', json('{"events": []}'), 'FIELD_INVALID', 'events'],
  ['POST /v1/events', json('{"events": {}}'), 'FIELD_INVALID', 'events'],
  ['POST /v1/events', json('{"events": [{}], "extra": 1}'), 'FIELD_INVALID', 'extra'],
  ['POST /v1/events', json('[{"eventId": "e1"}]'), 'FIELD_INVALID', '[0].userId'],
  // Items and users.
  ['PUT /v1/items/m1', json('[]'), 'FIELD_INVALID', 'body'],
  ['PUT /v1/items/m1', { payload: {} }, 'FIELD_INVALID', 'author'],
  ['PUT /v1/items/m1', item({ author: 'a b' }), 'ID_INVALID', 'author'],
  ['PUT /v1/items/m1', item({ author: 7 }), 'ID_INVALID', 'author'],
  ['PUT /v1/items/m1', item({ id: 'm2' }), 'FIELD_INVALID', 'id'],
  ['PUT /v1/items/m1', item({ topic: 'cats' }), 'FIELD_INVALID', 'topic'],
  ['PUT /v1/items/m1', item({ topics: ['cats', ''] }), 'FIELD_INVALID', 'topics[1]'],
  ['PUT /v1/items/m1', item({ topics: ['a\u0000'] }), 'FIELD_INVALID', 'topics[0]'],
  ['PUT /v1/items/m1', item({ topics: ['😀', '\ud800'] }), 'FIELD_INVALID', 'topics[1]'],
  ['PUT /v1/items/m1', item({ attributes: { 'a b': 'x' } }), 'FIELD_INVALID', 'attributes.a b'],
  ['PUT /v1/items/m1', item({ attributes: { a: 1 } }), 'FIELD_INVALID', 'attributes.a'],
  ['PUT /v1/items/m1', item({ hidden: 'true' }), 'FIELD_INVALID', 'hidden'],
  ['PUT /v1/items/m1', item({ integrityRisk: 1.1 }), 'FIELD_INVALID', 'integrityRisk'],
  ['PUT /v1/items/m1', item({ createdAt: -1 }), 'FIELD_INVALID', 'createdAt'],
  ['PUT /v1/items/m1', item({ createdAt: 1.764e15 }), 'FIELD_INVALID', 'createdAt'],
  ['PUT /v1/items/m1', item({ createdAt: '2026-02-30' }), 'FIELD_INVALID', 'createdAt'],
  ['PUT /v1/items', { payload: [] }, 'FIELD_INVALID', 'body'],
  [
    'PUT /v1/items',
    { payload: [{ id: 'm1', author: 'a1' }, { id: 'm2' }] },
    'FIELD_INVALID',
    '[1].author',
  ],
  ['PUT /v1/items', { payload: [{ author: 'a1' }] }, 'FIELD_INVALID', '[0].id'],
  [
    'PUT /v1/items',
    {
      payload: [
        { id: 'm1', author: 'a1' },
        { id: 'm1', author: 'a2' },
      ],
    },
    'FIELD_INVALID',
    '[1].id',
  ],
  [
    'PUT /v1/items',
    { payload: [{ id: 'm1', author: 'a1', createdAt: '2026-13-01' }] },
    'FIELD_INVALID',
    '[0].createdAt',
  ],
  ['PUT /v1/users/u1', { payload: { author: 'a1' } }, 'FIELD_INVALID', 'author'],
  ['PUT /v1/users/u1', { payload: { attributes: [] } }, 'FIELD_INVALID', 'attributes'],
  ['DELETE /v1/items', { payload: { ids: [] } }, 'FIELD_INVALID', 'ids'],
  ['DELETE /v1/items', { payload: { ids: ['m1', 'a/b'] } }, 'ID_INVALID', 'ids[1]'],
  ['DELETE /v1/items', { payload: ['m1'] }, 'FIELD_INVALID', 'body'],
  ['GET /v1/items/nobody', {}, 'ITEM_UNKNOWN'],
  ['DELETE /v1/users/nobody', {}, 'USER_UNKNOWN'],
  ['POST /v1/users/a%20b/forget', {}, 'ID_INVALID', 'userId'],
  ['GET /v1/users/a%20b/export', {}, 'ID_INVALID', 'userId'],
  ['GET /v1/users/u1/forget', {}, 'METHOD_NOT_ALLOWED'],
  // Settings.
  ['PATCH /v1/settings', { payload: { 'page.limits': 1 } }, 'SETTING_UNKNOWN', 'page.limits'],
  ['PATCH /v1/settings', { payload: { constructor: 1 } }, 'SETTING_UNKNOWN', 'constructor'],
  ['PATCH /v1/settings', { payload: { 'page.limit': 0 } }, 'SETTING_INVALID', 'page.limit'],
  ['PATCH /v1/settings', { payload: { page: { limit: 5 } } }, 'FIELD_INVALID', 'page'],
  ['PATCH /v1/settings', json('[]'), 'FIELD_INVALID', 'body'],
]

describe('bad input is answered with a problem that names it', () => {
  test.each(BAD)('%s %j → %s', async (request, options, code, field) => {
    const [method, url] = request.split(' ') as [InjectOptions['method'], string]
    const reply = await edge.inject({ method, url, ...options })
    const problem = reply.json<Problem>()
    expect(problem).toMatchObject({ code, status: reply.statusCode })
    expect(problem.field).toBe(field)
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(reply.headers['x-request-id']).toBe(problem.requestId)
    expect(problem.hint).not.toBe('')
    expect(documented(method!, url, code)).toBe(true)
  })
})

test('405 says what is allowed', async () => {
  const reply = await edge.inject({ method: 'DELETE', url: '/v1/settings' })
  expect(reply.headers.allow).toBe('GET, HEAD, PATCH')
})

/** Whether the document tells that the route can answer with the code. */
const documented = (method: string, url: string, code: ErrorCode): boolean => {
  if (NOWHERE.includes(code)) return true
  const [path] = url.split('?')
  const [, operations] = Object.entries(document.paths).find(([pattern]) =>
    new RegExp(`^${pattern.replace(/\{\w+\}/, '[^/]*')}$`).test(path!),
  )!
  return JSON.stringify(operations[method.toLowerCase()]!.responses).includes(`"${code}":`)
}
