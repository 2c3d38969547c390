import { once } from 'node:events'
import { connect } from 'node:net'
import { randomOf } from '@explore/explore'
import { restServer } from '@explore/rest'
import { heapInUse, instantService, mutator } from '@explore/rest/testing'
import { errorOfStatus } from '@explore/rpc'
import { rawCaller } from '@explore/rpc/testing'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exploreDefinition } from './explore-protos.ts'
import { grpcEdge } from './grpc-edge.ts'

/** Messages for each method; `npm run test:fuzz` sends 10,000. */
const MESSAGES = Number(process.env.EXPLORE_FUZZ ?? 200)
const RAW = 200

const edge = restServer(instantService(), { version: '0', now: () => 0 })
const server = grpcEdge(edge, { now: Date.now })
let port: number
let caller: ReturnType<typeof rawCaller>
beforeAll(async () => {
  await edge.ready()
  port = await server.listen({ host: '127.0.0.1', port: 0 })
  caller = rawCaller(`127.0.0.1:${port}`)
})
afterAll(async () => {
  caller.close()
  await server.close(1000)
  await edge.close()
})

const ITEM = { id: 'm1', author: 'a1', topics: ['t'], createdAtMs: 5, attributes: { a: 'b' } }
const EVENT = { eventId: 'e1', userId: 'u1', type: 4, itemId: 'm1', timeMs: 1_764_000_000_000 }
const USER = { id: 'u1', attributes: { country: 'de' } }

const SOUND: Readonly<Record<string, object>> = {
  Page: { userId: 'u1', limit: 5, explain: true, explainItem: 'm1', surface: 's', cursor: 'abc' },
  RecordEvents: { events: [EVENT, EVENT] },
  PutItems: { items: [ITEM, { ...ITEM, id: 'm2' }] },
  GetItem: { id: 'm1' },
  ListItems: { after: 'm1', limit: 5, ids: ['m1'] },
  DeleteItems: { ids: ['m1', 'm2'] },
  PutUsers: { users: [USER, { ...USER, id: 'u2' }] },
  GetUser: { id: 'u1' },
  ListUsers: { after: 'u1', limit: 5 },
  DeleteUsers: { ids: ['u1'] },
  ForgetUser: { id: 'u1' },
  ExportUser: { id: 'u1' },
  GetSettings: {},
  ChangeSettings: { changes: { 'page.limit': { number: 5 }, 'groups.segment': { text: 'x' } } },
  Health: {},
}

test.each(Object.keys(exploreDefinition))(
  `${MESSAGES} broken messages of %s are each answered with a code`,
  async name => {
    const { path, requestSerialize } = exploreDefinition[name]!
    const of = mutator(randomOf(`fuzz ${name}`))
    const sound = SOUND[name]!
    const message = (): Buffer => {
      const mutated = Buffer.from(requestSerialize(sound))
      return of.chance(0.1) ? of.bytes(Buffer.from(of.text())) : of.bytes(mutated)
    }
    expect(await caller.send(path, Buffer.from(requestSerialize(sound)))).toBe('served')
    await caller.flood(path, message, Math.ceil(MESSAGES / 10))
    const before = heapInUse()
    await caller.flood(path, message, MESSAGES)
    expect(heapInUse() - before).toBeLessThan(8 * 2 ** 20)
  },
)

test('a message of 4 MiB and a byte is refused, and the next one served', async () => {
  const { path, requestSerialize } = exploreDefinition.Page!
  const large = Buffer.from(requestSerialize({ userId: 'u'.repeat(4 * 2 ** 20 - 4) }))
  const outcome = await caller.send(path, large)
  expect(errorOfStatus(outcome as ServiceError)).toMatchObject({ code: 'BODY_TOO_LARGE' })
  expect(await caller.send(path, Buffer.from(requestSerialize({ userId: 'u1' })))).toBe('served')
})

test(`${RAW} clients that speak no HTTP/2, or half of it, do not keep the server from others`, async () => {
  const of = mutator(randomOf('fuzz http2'))
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')
  const speak = async (): Promise<void> => {
    const socket = connect(port)
    socket.on('error', () => {})
    socket.resume()
    socket.write(of.chance(0.5) ? of.bytes(preface) : Buffer.concat([preface, of.bytes(preface)]))
    socket.end()
    await once(socket, 'close')
  }
  for (let i = 0; i < RAW; i += 50) await Promise.all(Array.from({ length: 50 }, speak))
  const { path, requestSerialize } = exploreDefinition.Health!
  expect(await caller.send(path, Buffer.from(requestSerialize({})))).toBe('served')
})

test('a stream that is half open ends with its deadline', async () => {
  const { path } = exploreDefinition.Page!
  const as = (message: Buffer): Buffer => message
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  const deadline = Date.now() + 200
  const call = client.makeClientStreamRequest(path, as, as, { deadline }, () => {})
  const failed = new Promise<number>(resolve => call.on('status', ({ code }) => resolve(code)))
  expect(await failed).toBe(status.DEADLINE_EXCEEDED)
  client.close()
})
