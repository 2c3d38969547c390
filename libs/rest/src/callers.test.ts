import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessOf, addKey } from '@explore/edge'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { Problem } from './problem.ts'
import { restClient } from './rest-client.ts'
import { edgeOf } from './testing/edge-of.ts'

const folder = mkdtempSync(join(tmpdir(), 'explore-callers-'))
afterAll(() => rmSync(folder, { recursive: true }))
const keysFile = join(folder, 'keys.json')
const KEYS = {
  service: addKey(keysFile, { name: 'shop', role: 'service' }),
  admin: addKey(keysFile, { name: 'ops', role: 'admin' }),
  viewer: addKey(keysFile, { name: 'ann', role: 'viewer', user: 'u1', perSecond: 1000 }),
  slow: addKey(keysFile, { name: 'slow', role: 'service', perSecond: 1 }),
}
const access = accessOf({ environment: {}, keysFile, now: () => 0, tell: () => {} })
const edge = edgeOf({}, { access })
afterAll(() => edge.close())

const ask = async (request: string, key?: string, payload?: object) => {
  const [method, url] = request.split(' ') as ['GET', string]
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const reply = await edge.inject({ method, url, headers, ...(payload && { payload }) })
  return { status: reply.statusCode, headers: reply.headers, body: reply.body && reply.json() }
}

test.each([
  ['GET /v1/explore/u1', undefined, 401],
  ['GET /v1/explore/u1', 'xk_wrong', 401],
  ['GET /v1/explore/u1', KEYS.service, 200],
  ['GET /v1/explore/u1', KEYS.viewer, 200],
  ['GET /v1/explore/u2', KEYS.viewer, 403],
  ['GET /v1/explore/u1', KEYS.admin, 403],
  ['GET /v1/settings', KEYS.viewer, 403],
  ['GET /v1/settings', KEYS.admin, 200],
  ['GET /v1/items', KEYS.viewer, 403],
  ['GET /v1/users/u1', KEYS.viewer, 403],
  ['GET /v1/items', KEYS.admin, 200],
  ['DELETE /v1/items/m1', KEYS.viewer, 403],
  ['POST /v1/users/u1/forget', undefined, 401],
  ['POST /v1/users/u1/forget', KEYS.viewer, 403],
  ['POST /v1/users/u2/forget', KEYS.viewer, 403],
  ['POST /v1/users/u2/forget', KEYS.admin, 403],
  ['POST /v1/users/u2/forget', KEYS.service, 200],
  ['GET /v1/users/u1/export', KEYS.viewer, 403],
  ['GET /v1/users/u2/export', KEYS.viewer, 403],
  ['GET /v1/users/u2/export', KEYS.admin, 403],
  ['GET /v1/users/u2/export', KEYS.service, 200],
  ['GET /v1/nothing', undefined, 404],
  ['GET /v1/health/live', undefined, 200],
  ['GET /v1/health/ready', undefined, 200],
  ['GET /openapi.json', undefined, 200],
])('%s with key %s answers %i', async (request, key, status) => {
  expect((await ask(request, key)).status).toBe(status)
})

test('who is nobody is told how to be somebody, before their body is read', async () => {
  const { status, headers, body } = await ask('POST /v1/events', undefined, { not: 'an event' })
  expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="explore"'])
  expect(body).toMatchObject({ code: 'UNAUTHENTICATED', field: 'authorization' })
})

test("another viewer's page, cursor and events are refused", async () => {
  const [own, others] = await Promise.all(
    ['u1', 'u2'].map(user => ask(`GET /v1/explore/${user}?limit=2`, KEYS.service)),
  )
  const with_ = (cursor: string) => ask(`GET /v1/explore/u1?cursor=${cursor}`, KEYS.viewer)
  expect((await with_(own!.body.nextCursor)).status).toBe(200)
  expect((await with_(others!.body.nextCursor)).body).toMatchObject({ code: 'CURSOR_INVALID' })
  const event = (userId: string) => ({ userId, type: 'like', itemId: 'm1' })
  const events = [event('u1'), event('u2')]
  const refused = await ask('POST /v1/events', KEYS.viewer, events)
  expect([refused.status, refused.body.field]).toEqual([403, '[1].userId'])
  expect((await ask('POST /v1/events', KEYS.viewer, [event('u1')])).status).toBe(202)
})

test('a key that is too fast is told when to come back', async () => {
  const answers = []
  for (let i = 0; i < 4; i++) answers.push(await ask('GET /v1/settings', KEYS.slow))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.at(-1)!.headers['retry-after']).toBe('1')
  expect(refused.at(-1)!.body).toMatchObject({ code: 'RATE_LIMITED' } satisfies Partial<Problem>)
})

test('the client sends its key, and one of a viewer does without the settings', async () => {
  const server = edgeOf({}, { access })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  await expect(restClient(url)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  const shop = await restClient(url, { key: KEYS.service })
  expect(shop.settings()['page.limit']).toBe(20)
  const ann = await restClient(url, { key: KEYS.viewer })
  expect((await ann.page({ userId: 'u1' })).userId).toBe('u1')
  await expect(ann.page({ userId: 'u2' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(ann.settings).toThrowError(expect.objectContaining({ code: 'FORBIDDEN' }))
})

test.each([
  ['headers', 'GET /v1/health/live HTTP/1.1\r\nx: '],
  [
    'a body',
    'POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 999\r\n' +
      'content-type: application/json\r\n\r\n[',
  ],
])('a client that sends %s drop by drop is answered, and let go', async (_, start) => {
  const timeouts = { headersMs: 200, requestMs: 400, lookMs: 50 }
  const server = edgeOf({}, { timeouts })
  await server.listen({ port: 0 })
  onTestFinished(() => server.close())
  const socket = connect((server.server.address() as AddressInfo).port)
  let reply = ''
  socket.on('data', chunk => (reply += chunk))
  socket.on('error', () => {})
  socket.write(start)
  const drops = setInterval(() => socket.write('1'), 40)
  await once(socket, 'close')
  clearInterval(drops)
  expect(reply).toContain('HTTP/1.1 408')
  expect(reply).toContain('REQUEST_TIMEOUT')
})
