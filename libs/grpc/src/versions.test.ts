import { restServer } from '@explore/rest'
import { fakeService } from '@explore/rest/testing'
import { loadProtos, rpcClient, serviceOf } from '@explore/rpc'
import { readNextProtos } from '@explore/rpc/testing/next-version'
import { afterEach, expect, it, vi } from 'vitest'

/** The edge's code, once with the .proto files as they are and once with those of a next version. */
const codeOf = async () => ({
  grpcEdge: (await import('./grpc-edge.ts')).grpcEdge,
  definition: serviceOf(loadProtos('explore/v1/explore.proto'), 'explore.v1.Explore'),
})
const today = await codeOf()
const back = readNextProtos()
vi.resetModules()
const next = await codeOf()
back()

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A client of one version and an edge of the other. */
const between = async (caller: typeof today, edge: typeof today) => {
  const rest = restServer(fakeService(), { version: '0', now: () => 0 })
  await rest.ready()
  const server = edge.grpcEdge(rest, { now: Date.now })
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  const client = rpcClient(caller.definition, `grpc://127.0.0.1:${port}`)
  closing.push(
    () => rest.close(),
    () => server.close(1000),
    client.close,
  )
  return (method: string, message: object) =>
    client.call<any>(method, message, { deadline: Date.now() + 30_000 })
}

const LIKE = { userId: 'u1', itemId: 'm1', type: 'EVENT_TYPE_LIKE' }

it.each([
  ['an older server', next, today],
  ['a newer server', today, next],
] as const)('a client asks %s: pages, items and events are the same', async (_, caller, edge) => {
  const ask = await between(caller, edge)
  const same = await between(today, today)
  for (const [method, message] of [
    ['Page', { userId: 'u1', limit: 3, explain: true }],
    ['GetItem', { id: 'm1' }],
    ['RecordEvents', { events: [LIKE] }],
    ['GetSettings', {}],
  ] as const) {
    const expected = await same(method, message)
    const answer = await ask(method, message)
    // A page has a request id of its own.
    expect({ ...answer, requestId: '' }).toMatchObject({ ...expected, requestId: '' })
  }
})

it('an older server refuses a newer type of event by its row, and takes the others', async () => {
  const ask = await between(next, today)
  const events = [LIKE, { ...LIKE, type: 'EVENT_TYPE_NEXT' }]
  expect(await ask('RecordEvents', { events })).toMatchObject({
    ...{ accepted: 1, rejected: 1 },
    verdicts: [{ status: 'accepted' }, { code: 'FIELD_INVALID', field: 'type' }],
  })
})
