import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { ERRORS, randomOf } from '@explore/explore'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiDocument } from './api-reference.ts'
import { edgeOf } from './testing/edge-of.ts'
import { heapInUse } from './testing/heap.ts'
import { instantService } from './testing/instant-service.ts'
import { type Mutator, mutator } from './testing/mutate.ts'

/** Requests for each route; `npm run test:fuzz` sends 10,000. */
const REQUESTS = Number(process.env.EXPLORE_FUZZ ?? 1000)
const RAW = 300

const edge = edgeOf(instantService(), {
  timeouts: { headersMs: 500, requestMs: 500, lookMs: 100 },
})
beforeAll(() => edge.ready())
afterAll(() => edge.close())

const ITEM = {
  id: 'm1',
  author: 'a1',
  topics: ['t'],
  createdAt: '2026-01-01T00:00:00Z',
  attributes: { a: 'b' },
}
const EVENT = {
  eventId: 'e1',
  userId: 'u1',
  type: 'like',
  itemId: 'm1',
  time: 1_764_000_000_000,
  position: 3,
}
const IDS = { ids: ['m1', 'm2'] }

const ROUTES: [route: string, body?: unknown][] = [
  ['GET /v1/explore/u1?limit=5&explain=true&explainItem=m1&surface=grid&cursor=abc'],
  ['POST /v1/events', { events: [EVENT, EVENT] }],
  ['PUT /v1/items/m1', ITEM],
  ['PUT /v1/items', [ITEM, { ...ITEM, id: 'm2' }]],
  ['GET /v1/items/m1'],
  ['GET /v1/items?after=m1&limit=5&ids=m1,m2'],
  ['DELETE /v1/items/m1'],
  ['DELETE /v1/items', IDS],
  ['PUT /v1/users/u1', { id: 'u1', attributes: { country: 'de' }, createdAt: 1 }],
  ['PUT /v1/users', [{ id: 'u1' }, { id: 'u2', attributes: { country: 'de' } }]],
  ['GET /v1/users/u1'],
  ['GET /v1/users/u1/export'],
  ['POST /v1/users/u1/forget'],
  ['GET /v1/users?after=u1&limit=5'],
  ['DELETE /v1/users/u1'],
  ['DELETE /v1/users', IDS],
  ['GET /v1/settings'],
  [
    'PATCH /v1/settings',
    { 'page.limit': 5, 'events.unknownItems': 'reject', 'value.like.new': null },
  ],
  ['GET /v1/health/ready'],
  ['GET /v1/health/live'],
]
/** What takes no input and says what it is. */
const PLAIN = ['GET /openapi.json', 'GET /metrics']

const HEADERS = [
  'content-type',
  'content-encoding',
  'authorization',
  'x-request-id',
  'traceparent',
  'host',
  'expect',
]

const mutated = (route: string, body: unknown, of: Mutator): InjectOptions => {
  const [method, url] = route.split(' ') as ['GET', string]
  const [path, query] = url.split('?') as [string, string | undefined]
  const parts = path.split('/').map((part, i) => (i > 2 && of.chance(0.3) ? encoded(of) : part))
  const pairs = (query ?? '').split('&').flatMap(pair => {
    if (of.chance(0.15)) return []
    const [name, value] = pair.split('=')
    return [`${of.chance(0.05) ? encoded(of) : name}=${of.chance(0.25) ? encoded(of) : value}`]
  })
  if (of.chance(0.1)) pairs.push(`${encoded(of)}=${encoded(of)}`)
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (of.chance(0.15)) headers[of.one(HEADERS)] = of.string()
  const text = body === undefined ? undefined : (JSON.stringify(of.json(body)) ?? '')
  const payload = text !== undefined && of.chance(0.2) ? of.bytes(Buffer.from(text)) : text
  return {
    ...{
      method: of.chance(0.03)
        ? of.one(['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'])
        : method,
      headers,
    },
    url: pairs.length > 0 ? `${parts.join('/')}?${pairs.join('&')}` : parts.join('/'),
    ...(payload !== undefined && { payload }),
  }
}

/** Percent-encoded, or nearly so. */
const encoded = (of: Mutator): string => {
  const text = of.string()
  if (of.chance(0.1)) return text.replace(/[^\w%.~-]/g, '%')
  return encodeURIComponent(text.toWellFormed())
}

const judge = (reply: LightMyRequestResponse, request: unknown): void => {
  const { statusCode, headers, body } = reply
  const at = () => JSON.stringify({ request, statusCode, body }).slice(0, 2000)
  if (!/^[\w.:~@-]{1,64}$/.test(String(headers['x-request-id']))) expect.fail(at())
  if (statusCode < 400) return
  const { code } = JSON.parse(body) as { code: string }
  // The service never fails: an INTERNAL is the edge's own.
  if (!Object.hasOwn(ERRORS, code) || code === 'INTERNAL' || statusCode >= 500) expect.fail(at())
}

test.each(ROUTES)(
  `${REQUESTS} broken requests of %s are each answered with a code`,
  async (route, body) => {
    const of = mutator(randomOf(`fuzz ${route}`))
    const run = async (requests: number): Promise<number> => {
      let taken = 0
      for (let i = 0; i < requests; i++) {
        const request = mutated(route, body, of)
        const reply = await edge.inject(request)
        judge(reply, request)
        if (reply.statusCode < 400) taken++
        // Else the process would never come to what it does between requests.
        if (i % 50 === 0) await setImmediate()
      }
      return taken
    }
    await run(REQUESTS / 10)
    const before = heapInUse()
    const taken = await run(REQUESTS)
    // Neither all nor none are refused: the mutations are neither idle nor blind.
    expect(taken).toBeGreaterThan(REQUESTS / 100)
    expect(heapInUse() - before).toBeLessThan(8 * 2 ** 20)
  },
)

test('every operation is sent broken requests', () => {
  const { paths } = edge.swagger() as unknown as ApiDocument
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
  )
  expect(operations.length).toBeGreaterThan(15)
  const sent = ROUTES.map(([route]) => route.split('?')[0]!)
  const left = operations.filter(operation => {
    const pattern = new RegExp(`^${operation.replace(/\{\w+\}/g, '[^/]+')}$`)
    return !PLAIN.includes(operation) && !sent.some(route => pattern.test(route))
  })
  expect(left).toEqual([])
})

test(`${RAW} clients that speak nonsense do not keep the server from others`, async () => {
  await edge.listen({ port: 0 })
  const { port } = edge.server.address() as AddressInfo
  const of = mutator(randomOf('fuzz sockets'))
  const body = JSON.stringify(EVENT)
  const sound = Buffer.from(
    `POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
  const client = async (): Promise<void> => {
    const socket = connect(port)
    socket.on('error', () => {})
    // What is still a request is answered, on a connection that stays open.
    socket.once('data', () => socket.destroy())
    // Half of them end what they say, the others wait until they are let go.
    if (of.chance(0.5)) socket.end(of.bytes(sound))
    else socket.write(of.bytes(sound))
    await once(socket, 'close')
  }
  for (let i = 0; i < RAW; i += 100) await Promise.all(Array.from({ length: 100 }, client))
  const reply = await fetch(`http://127.0.0.1:${port}/v1/health/live`)
  expect(reply.status).toBe(200)
})
