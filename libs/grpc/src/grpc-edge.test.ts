import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type Access, accessOf, addKey, OPEN } from '@explore/edge'
import type { ExploreError, ExploreService } from '@explore/explore'
import { logsOf, metricsOf, samplesOf, startTracing } from '@explore/observe'
import { type Edge, type Problem, restServer } from '@explore/rest'
import { fakeService } from '@explore/rest/testing'
import { type CallOptions, detailOf, rpcClient } from '@explore/rpc'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { afterEach, expect, test } from 'vitest'
import { exploreDefinition, RECEIPT, type Receipt, receiptMessage } from './explore-protos.ts'
import { grpcEdge } from './grpc-edge.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const collected = () => {
  const lines: string[] = []
  const write = (chunk: unknown, _: unknown, done: () => void) => {
    lines.push(String(chunk))
    done()
  }
  return { lines, stream: new Writable({ write }) }
}

/** Both edges over one service. */
const edges = async (parts: Partial<ExploreService> = {}, access: Access = OPEN) => {
  const { lines, stream } = collected()
  const metrics = metricsOf('gateway')
  const edge = restServer(
    { ...fakeService(), ...parts },
    { version: '0', now: () => 0, access, metrics, logs: logsOf('gateway', 'info', stream) },
  )
  await edge.ready()
  const server = grpcEdge(edge, { now: Date.now })
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  const client = rpcClient(exploreDefinition, `grpc://127.0.0.1:${port}`)
  closing.push(
    () => edge.close(),
    metrics.close,
    () => server.close(1000),
    client.close,
  )
  const call = (method: string, message: object, more: Partial<CallOptions> = {}) =>
    client.call<object>(method, message, { deadline: Date.now() + 30_000, ...more })
  return { edge, call, lines, metrics }
}

const rest = async (edge: Edge, request: string, payload?: unknown) => {
  const [method, url] = request.split(' ') as ['GET', string]
  const reply = await edge.inject({
    method,
    url,
    ...(payload !== undefined && { payload: payload as object }),
  })
  return { status: reply.statusCode, body: reply.json() }
}

/** Without what says nothing, on either wire. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([name]) => !name.startsWith('_'))
    .map(([name, each]) => [name, plain(each)] as const)
    .filter(
      ([, each]) => each != null && !(typeof each === 'object' && Object.keys(each).length === 0),
    )
  return Object.fromEntries(entries)
}

type Case = [
  method: string,
  message: object,
  request: string,
  body?: unknown,
  as?: (body: any) => object,
]

const settings = ({ settings }: { settings: Record<string, Record<string, unknown>> }) => {
  const scalar = (value: unknown) => {
    const kind = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'flag' : 'text'
    return { [kind]: value, kind }
  }
  const entries = Object.entries(settings).map(([key, { value, default: normal, ...rest }]) => [
    key,
    { ...rest, value: scalar(value), defaultValue: scalar(normal) },
  ])
  return { settings: Object.fromEntries(entries) }
}
const record =
  (name: string) =>
  ({ createdAt, ...rest }: Record<string, unknown>) => ({
    [name]: { ...rest, createdAtMs: createdAt },
  })
const list = (name: string) => (body: Record<string, any>) => ({
  ...body,
  [name]: body[name].map((each: Record<string, unknown>) => record('it')(each).it),
})
const like = { userId: 'u1', itemId: 'm1', type: 4, timeMs: 1_764_000_000_000 }
const likeJson = { userId: 'u1', itemId: 'm1', type: 'like', time: 1_764_000_000_000 }

const SAME: readonly Case[] = [
  ['Page', { userId: 'u1', limit: 3 }, 'GET /v1/explore/u1?limit=3'],
  ['Page', { userId: 'a:b@c~d' }, 'GET /v1/explore/a%3Ab%40c~d'],
  [
    'Page',
    { userId: 'u1', limit: 2, explain: true, explainItem: 'm7', surface: 'grid a&b' },
    'GET /v1/explore/u1?limit=2&explain=true&explainItem=m7&surface=grid%20a%26b',
  ],
  [
    'RecordEvents',
    { events: [like, { userId: 'u1' }] },
    'POST /v1/events',
    [likeJson, { userId: 'u1' }],
  ],
  [
    'PutItems',
    { items: [{ id: 'x1', author: 'a1', topics: ['tea'], createdAtMs: 5, hidden: false }] },
    'PUT /v1/items',
    [{ id: 'x1', author: 'a1', topics: ['tea'], createdAt: 5, hidden: false }],
  ],
  ['GetItem', { id: 'm1' }, 'GET /v1/items/m1', undefined, record('item')],
  ['ListItems', { limit: 2 }, 'GET /v1/items?limit=2', undefined, list('items')],
  [
    'ListItems',
    { ids: ['m1', 'm2', 'nothing'] },
    'GET /v1/items?ids=m1,m2,nothing',
    undefined,
    list('items'),
  ],
  ['DeleteItems', { ids: ['m5', 'nothing'] }, 'DELETE /v1/items', { ids: ['m5', 'nothing'] }],
  [
    'PutUsers',
    { users: [{ id: 'y1', attributes: { country: 'de' } }] },
    'PUT /v1/users',
    [{ id: 'y1', attributes: { country: 'de' } }],
  ],
  ['GetUser', { id: 'u1' }, 'GET /v1/users/u1', undefined, record('user')],
  [
    'ListUsers',
    { after: 'u1', limit: 5 },
    'GET /v1/users?after=u1&limit=5',
    undefined,
    list('users'),
  ],
  ['DeleteUsers', { ids: ['u5'] }, 'DELETE /v1/users', { ids: ['u5'] }],
  ['ForgetUser', { id: 'u1' }, 'POST /v1/users/u1/forget'],
  [
    'ExportUser',
    { id: 'u2' },
    'GET /v1/users/u2/export',
    undefined,
    body => ({ json: JSON.stringify(body) }),
  ],
  ['GetSettings', {}, 'GET /v1/settings', undefined, settings],
  [
    'ChangeSettings',
    {
      changes: {
        'page.limit': { number: 5 },
        'events.unknownItems': { text: 'reject' },
        'rerank.authorGap': {},
      },
    },
    'PATCH /v1/settings',
    { 'page.limit': 5, 'events.unknownItems': 'reject', 'rerank.authorGap': null },
    settings,
  ],
  ['Health', {}, 'GET /v1/health/ready'],
]

test('each method answers as its route', async () => {
  const [there, here] = [await edges(), await edges()]
  for (const [method, message, request, body, as = (body: object) => body] of SAME) {
    const { status, body: expected } = await rest(here.edge, request, body)
    const answer = await there.call(method, message)
    expect([request, status < 300, plain(answer)]).toEqual([request, true, plain(as(expected))])
  }
  const tried = new Set(SAME.map(([method]) => method))
  expect([...tried].sort()).toEqual(Object.keys(exploreDefinition).sort())
})

const BAD: readonly Case[] = [
  ['Page', { userId: 'a/b' }, 'GET /v1/explore/a%2Fb'],
  ['Page', { userId: '' }, 'GET /v1/explore/'],
  ['Page', { userId: 'u1', limit: 0 }, 'GET /v1/explore/u1?limit=0'],
  ['Page', { userId: 'u1', limit: -1 }, 'GET /v1/explore/u1?limit=-1'],
  ['Page', { userId: 'u1', cursor: 'no cursor' }, 'GET /v1/explore/u1?cursor=no%20cursor'],
  ['Page', { userId: 'u1', cursor: 'bm9uZQ' }, 'GET /v1/explore/u1?cursor=bm9uZQ'],
  ['Page', { userId: 'u1', surface: 'a\u0000' }, 'GET /v1/explore/u1?surface=a%00'],
  ['Page', { userId: 'u1', explainItem: '../x' }, 'GET /v1/explore/u1?explainItem=..%2Fx'],
  ['RecordEvents', { events: [] }, 'POST /v1/events', []],
  [
    'RecordEvents',
    { events: [{ userId: 'u1', type: 99, itemId: 'm1' }] },
    'POST /v1/events',
    [{ userId: 'u1', type: '99', itemId: 'm1' }],
  ],
  ['PutItems', { items: [] }, 'PUT /v1/items', []],
  ['PutItems', { items: [{ id: 'x1' }] }, 'PUT /v1/items', [{ id: 'x1' }]],
  [
    'PutItems',
    { items: [{ id: 'x1', author: 'a', integrityRisk: 2 }] },
    'PUT /v1/items',
    [{ id: 'x1', author: 'a', integrityRisk: 2 }],
  ],
  [
    'PutItems',
    {
      items: [
        { id: 'x', author: 'a' },
        { id: 'x', author: 'b' },
      ],
    },
    'PUT /v1/items',
    [
      { id: 'x', author: 'a' },
      { id: 'x', author: 'b' },
    ],
  ],
  ['GetItem', { id: 'nothing' }, 'GET /v1/items/nothing'],
  ['ListUsers', { limit: 1001 }, 'GET /v1/users?limit=1001'],
  ['ForgetUser', { id: 'a/b' }, 'POST /v1/users/a%2Fb/forget'],
  ['ExportUser', { id: '..' }, 'GET /v1/users/%252e%252e/export'],
  ['DeleteUsers', { ids: ['a/b'] }, 'DELETE /v1/users', { ids: ['a/b'] }],
  ['ChangeSettings', { changes: { nothing: { number: 1 } } }, 'PATCH /v1/settings', { nothing: 1 }],
  [
    'ChangeSettings',
    { changes: { 'page.limit': { text: 'x' } } },
    'PATCH /v1/settings',
    { 'page.limit': 'x' },
  ],
]

test('each method refuses as its route does', async () => {
  const { edge, call } = await edges()
  for (const [method, message, request, body] of BAD) {
    const { body: problem } = (await rest(edge, request, body)) as { body: Problem }
    const error = (await call(method, message).catch(error => error)) as ExploreError
    const { code, message: detail, field, hint } = error
    const refused = {
      code: problem.code,
      detail: problem.detail,
      field: problem.field,
      hint: problem.hint,
    }
    expect([request, { code, detail, field, hint }]).toEqual([request, refused])
  }
})

test.each([2, 500])('a batch of %i events of which none is taken says of the rows why', async n => {
  const { edge, call } = await edges()
  const events = Array.from({ length: n }, (_, i) => ({
    userId: 'u1',
    type: i % 2 ? 4 : 99,
    itemId: '',
  }))
  const error = (await call('RecordEvents', { events }).catch(error => error)) as ExploreError
  const receipt = receiptMessage.deserialize(Buffer.from(detailOf(error, RECEIPT)!))
  const { body } = await rest(
    edge,
    'POST /v1/events',
    events.map(({ userId, type }) => ({ userId, type: type === 4 ? 'like' : '99' })),
  )
  const { verdicts, ...counts } = body as Receipt
  expect(receipt).toMatchObject({ accepted: 0, rejected: n })
  expect(counts).toMatchObject({ accepted: 0, rejected: n })
  expect(receipt.verdicts.length).toBeGreaterThan(1)
  expect(receipt.verdicts.map(plain)).toEqual(verdicts.slice(0, receipt.verdicts.length).map(plain))
  if (n === 2) expect(receipt.verdicts.length).toBe(2)
})

test.each(['.', '..'])('a viewer %j is no viewer', async userId => {
  const { call } = await edges()
  await expect(call('Page', { userId })).rejects.toMatchObject({ code: 'ID_INVALID' })
})

test('a server that is not ready says so', async () => {
  const health = { ready: false, bundle: null, items: 0, lag: 0, problems: ['no items'] }
  const { call } = await edges({ health: async () => health })
  expect(await call('Health', {})).toMatchObject({ ready: false, problems: ['no items'] })
})

test('keys, rates, metrics, logs and traces are those of REST', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-grpc-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  const exporter = new InMemorySpanExporter()
  closing.push(await startTracing('test', {}, new SimpleSpanProcessor({ exporter })))
  const keysFile = join(folder, 'keys.json')
  const ann = addKey(keysFile, { name: 'ann', role: 'viewer', user: 'u1', perSecond: 1 })
  const access = accessOf({ environment: {}, keysFile, now: () => 0, tell: () => {} })
  const { call, lines, metrics } = await edges({}, access)
  const traceparent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`
  const metadata = { authorization: `Bearer ${ann}`, traceparent, 'x-request-id': 'mine-7' }

  await expect(call('Page', { userId: 'u1' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await expect(call('Page', { userId: 'u2' }, { metadata })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
  await call('Page', { userId: 'u1' }, { metadata })
  await expect(call('Page', { userId: 'u1' }, { metadata })).rejects.toMatchObject({
    ...{ code: 'RATE_LIMITED', retryAfterMs: 1000 },
  })
  const told = lines.map(line => JSON.parse(line))
  expect(told.map(({ edge, code }) => [edge, code])).toEqual([
    ...['UNAUTHENTICATED', 'FORBIDDEN', 'OK', 'RATE_LIMITED'].map(code => ['grpc', code]),
  ])
  expect(told[2]).toMatchObject({ reqId: 'mine-7', caller: 'ann', traceId: 'c'.repeat(32) })
  const counted = samplesOf(await metrics.text()).filter(
    ({ name, labels }) => name === 'explore_requests_total' && labels.edge === 'grpc',
  )
  expect(counted.length).toBe(4)
  const roots = exporter.getFinishedSpans().filter(({ name }) => name === 'explore')
  expect(roots.slice(1).every(span => span.parentSpanContext!.spanId === 'd'.repeat(16))).toBe(true)
})
