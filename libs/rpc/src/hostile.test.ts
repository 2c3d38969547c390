import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { connect as connectRaw } from 'node:net'
import { gzipSync } from 'node:zlib'
import { ExploreError } from '@explore/explore'
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadProtos, serviceOf } from './protos.ts'
import { MAX_MESSAGE_BYTES, rpcServer } from './rpc-server.ts'
import { offenceOf, rawCaller } from './testing/raw-caller.ts'

const protos = loadProtos('explore/testing/v1/echo.proto')
const definition = serviceOf(protos, 'explore.testing.v1.EchoService')
const { path } = definition.Echo!

/** Time for a message to arrive. */
const PATIENCE = 1500

const server = rpcServer({
  ...{ protos, services: [{ definition, handlers: { Echo: request => request } }], now: Date.now },
  requestMs: PATIENCE,
  errorOf: thrown =>
    thrown instanceof ExploreError ? thrown : new ExploreError('INTERNAL', String(thrown)),
})
let port: number
let client: ReturnType<typeof rawCaller>
let session: ClientHttp2Session
beforeAll(async () => {
  port = await server.listen({ host: '127.0.0.1', port: 0 })
  client = rawCaller(`grpc://127.0.0.1:${port}`)
  session = connect(`http://127.0.0.1:${port}`)
})
afterAll(async () => {
  session.close()
  client.close()
  await server.close(100)
})

const MESSAGE = Buffer.from(definition.Echo!.requestSerialize({ text: 'a' }))

/** A message as gRPC frames it, or as it should not: of another length than it has, or compressed. */
const framed = (message: Uint8Array, { length = message.length, compressed = 0 } = {}): Buffer => {
  const head = Buffer.alloc(5)
  head[0] = compressed
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, message])
}

/** Speaks HTTP/2 to the server, and tells the gRPC status that came back; undefined where the stream was reset. */
const spoken = async (
  bytes: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> => {
  const stream = session.request({
    ...{ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' },
    ...headers,
  })
  let told: unknown
  const hear = (fields: object): void => {
    told = (fields as Record<string, unknown>)['grpc-status'] ?? told
  }
  stream
    .on('response', hear)
    .on('trailers', hear)
    .on('error', () => {})
  stream.resume()
  stream.end(bytes)
  await once(stream, 'close')
  return told === undefined ? undefined : Number(told)
}

it.each<readonly [string, Buffer, Readonly<Record<string, string>>, readonly unknown[]]>([
  ['whose deadline is past', framed(MESSAGE), { 'grpc-timeout': '1n' }, [status.DEADLINE_EXCEEDED]],
  ['whose deadline is none', framed(MESSAGE), { 'grpc-timeout': 'soon' }, [0, status.INTERNAL]],
  ['without a message', Buffer.alloc(0), {}, [status.UNIMPLEMENTED, status.INTERNAL]],
  [
    'of which half comes, then no more',
    framed(MESSAGE, { length: 100 }),
    {},
    [status.UNIMPLEMENTED, status.INTERNAL],
  ],
  [
    'with two messages where one is due',
    Buffer.concat([framed(MESSAGE), framed(MESSAGE)]),
    {},
    [status.UNIMPLEMENTED, status.INTERNAL],
  ],
  [
    'of 4 MiB and a byte',
    framed(Buffer.alloc(MAX_MESSAGE_BYTES + 1)),
    {},
    [status.RESOURCE_EXHAUSTED],
  ],
  [
    'of 64 MiB that were packed into less',
    framed(gzipSync(Buffer.alloc(64 * 2 ** 20)), { compressed: 1 }),
    { 'grpc-encoding': 'gzip' },
    [status.RESOURCE_EXHAUSTED],
  ],
  [
    'that says it is packed, and is not',
    framed(MESSAGE, { compressed: 1 }),
    { 'grpc-encoding': 'gzip' },
    [status.INTERNAL, status.UNKNOWN, status.UNIMPLEMENTED],
  ],
  [
    'packed in a way that nobody knows',
    framed(MESSAGE, { compressed: 1 }),
    { 'grpc-encoding': 'moon' },
    [status.UNIMPLEMENTED],
  ],
])('a call %s is answered, and the next one served', async (_, bytes, headers, codes) => {
  expect(codes).toContain(await spoken(bytes, headers))
  expect(await client.send(path, MESSAGE)).toBe('served')
})

it.each<readonly [string, Buffer, string]>([
  ['no message', Buffer.alloc(0), 'REQUEST_TIMEOUT'],
  ['half a message', framed(MESSAGE, { length: 100 }), 'REQUEST_TIMEOUT'],
  ['a message, and is not over', framed(MESSAGE), 'REQUEST_TIMEOUT'],
  ['too much, and is not over', framed(Buffer.alloc(MAX_MESSAGE_BYTES + 1)), 'larger than max'],
])('a stream without a deadline that brings %s is ended, with a reason', async (_, bytes, why) => {
  const stream = session.request({
    ...{ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' },
  })
  const told = Promise.race(['response', 'trailers'].map(event => once(stream, event)))
  stream.resume()
  if (bytes.length > 0) stream.write(bytes)
  const [headers] = (await told) as [Readonly<Record<string, string>>]
  const details = Buffer.from(headers['grpc-status-details-bin'] ?? '', 'base64').toString()
  expect(`${details} ${decodeURIComponent(headers['grpc-message']!)}`).toContain(why)
  if (!stream.closed) await once(stream, 'close')
  expect(await client.send(path, MESSAGE)).toBe('served')
})

it('bytes that are no message are refused as such', async () => {
  const junk = Buffer.from([0xff])
  const outcome = await client.send(path, junk)
  expect(outcome).toMatchObject({ code: status.INTERNAL })
  expect(offenceOf(outcome, junk)).toBeUndefined()
})

it('headers beyond measure end at most their own connection', async () => {
  const flood = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`x-${i}`, 'a'.repeat(1000)]),
  )
  const greedy = connect(`http://127.0.0.1:${port}`)
  greedy.on('error', () => {})
  const stream = greedy.request({ ':method': 'POST', ':path': path, ...flood })
  stream.on('error', () => {})
  stream.resume()
  stream.end()
  await once(stream, 'close')
  greedy.destroy()
  expect(await client.send(path, MESSAGE)).toBe('served')
})

it('connections that say nothing, half a greeting, or no more than that are let go', async () => {
  const silent = async (bytes: string): Promise<void> => {
    const socket = connectRaw(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    socket.write(bytes)
    await once(socket, 'close')
  }
  const greeting = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'
  await Promise.all(['', greeting.slice(0, 18), greeting].map(silent))
}, 120_000)
