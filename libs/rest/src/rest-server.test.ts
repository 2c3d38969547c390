import { ExploreError } from '@explore/explore'
import { logsOf } from '@explore/observe'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import type { Edge } from './edge.ts'
import { listen } from './listen.ts'
import type { Problem } from './problem.ts'
import { edgeOf } from './testing/edge-of.ts'

const portOf = (edge: Edge): number => (edge.server.address() as AddressInfo).port

test('an unforeseen error tells the caller nothing and the log everything, under one id', async () => {
  const lines: string[] = []
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk))
      done()
    },
  })
  const broken = { page: () => Promise.reject(new TypeError('secret of /home/me')) }
  const edge = edgeOf(broken, { logs: logsOf('gateway', 'error', stream) })
  const reply = await edge.inject({ url: '/v1/explore/u1', headers: { 'x-request-id': 'mine-1' } })
  expect(reply.statusCode).toBe(500)
  expect(reply.json<Problem>()).toMatchObject({ code: 'INTERNAL', requestId: 'mine-1' })
  expect(reply.body).not.toContain('secret')
  const logged = JSON.parse(lines.join(''))
  expect(logged).toMatchObject({ reqId: 'mine-1', err: { message: 'secret of /home/me' } })
})

test.each([undefined, null, 'text', {}])('%j thrown is an internal error', async thrown => {
  const edge = edgeOf({ page: () => Promise.reject(thrown) })
  const reply = await edge.inject('/v1/explore/u1')
  expect(reply.json<Problem>()).toMatchObject({ status: 500, code: 'INTERNAL' })
})

test('backpressure tells when to come back', async () => {
  const overloaded = new ExploreError('OVERLOADED', 'too many events wait')
  const edge = edgeOf({ record: () => Promise.reject(overloaded) })
  const reply = await edge.inject({ method: 'POST', url: '/v1/events', payload: [{}] })
  expect(reply.statusCode).toBe(503)
  expect(reply.headers['retry-after']).toBe('1')
  expect(reply.json<Problem>().code).toBe('OVERLOADED')
})

test('x-request-id is echoed where it is sound, else made, never twice the same', async () => {
  const edge = edgeOf()
  const idFor = async (given?: string) =>
    (await edge.inject({ url: '/v1/health/live', headers: given ? { 'x-request-id': given } : {} }))
      .headers['x-request-id']
  expect(await idFor('trace:42')).toBe('trace:42')
  const unsound = ['has space', 'a\r\nset-cookie: b', 'é', 'x'.repeat(65)]
  const made = [await idFor(), ...(await Promise.all(unsound.map(idFor)))]
  expect(new Set(made).size).toBe(5)
  expect(made.every(id => /^[a-z0-9]+-[a-z0-9]+$/.test(String(id)))).toBe(true)
})

test('while it closes, it finishes what is under way, refuses the rest, and keeps no connection', async () => {
  let finish = (_: unknown): void => {}
  const edge = edgeOf({ health: () => new Promise(resolve => (finish = resolve as typeof finish)) })
  await edge.listen({ port: 0 })
  const open = () => {
    const socket = connect(portOf(edge))
    onTestFinished(() => void socket.destroy())
    let reply = ''
    socket.on('data', chunk => (reply += chunk))
    return { socket, reply: once(socket, 'close').then(() => reply) }
  }
  const accepted: Socket[] = []
  edge.server.on('connection', (socket: Socket) => accepted.push(socket))
  const [early, late] = [open(), open()]

  const reached = once(edge.server, 'request')
  late.socket.write('GET /v1/health/live HTTP/1.1\r\n')
  // Only a request that has begun is refused with an answer.
  await expect.poll(() => accepted.filter(socket => socket.bytesRead > 0)).toHaveLength(1)
  early.socket.write('GET /v1/health/ready HTTP/1.1\r\nhost: x\r\n\r\n')
  await reached
  const closed = edge.close()
  await new Promise(resolve => setImmediate(resolve))
  late.socket.write('host: x\r\n\r\n')
  const refused = await late.reply
  finish({ ready: true, bundle: null, items: 0, lag: 0, problems: [] })
  const finished = await early.reply
  await closed
  expect(finished).toContain('HTTP/1.1 200')
  expect(refused).toContain('HTTP/1.1 503')
  expect(refused).toContain('SHUTTING_DOWN')
  expect(refused).toContain('retry-after: 1')
})

const raw = async (bytes: string): Promise<string> => {
  const edge = edgeOf()
  await edge.listen({ port: 0 })
  onTestFinished(() => edge.close())
  const socket = connect(portOf(edge))
  const replies: string[] = []
  socket.on('data', chunk => replies.push(String(chunk)))
  socket.write(bytes)
  await once(socket, 'close')
  return replies.join('')
}

test.each([
  ['garbage', 'hello\r\n\r\n', 'HTTP/1.1 400 Bad Request', 'REQUEST_MALFORMED'],
  [
    'headers beyond 16 KiB',
    `GET / HTTP/1.1\r\nx: ${'a'.repeat(17_000)}\r\n\r\n`,
    'HTTP/1.1 431 Request Header Fields Too Large',
    'HEADERS_TOO_LARGE',
  ],
])('%s on the socket is answered with a problem', async (_, bytes, status, code) => {
  const reply = await raw(bytes)
  expect(reply.startsWith(status)).toBe(true)
  const [head, body] = reply.split('\r\n\r\n')
  const problem = JSON.parse(body!) as Problem
  expect(problem).toMatchObject({ code, status: Number(status.split(' ')[1]) })
  expect(head).toContain(`x-request-id: ${problem.requestId}`)
})

test('the files of the viewer are served at /, and nothing beside them', async () => {
  const webRoot = await mkdtemp(join(tmpdir(), 'explore-web-'))
  onTestFinished(() => rm(webRoot, { recursive: true }))
  await writeFile(join(webRoot, 'index.html'), '<p>Hello</p>')
  const edge = edgeOf({}, { webRoot })
  const page = await edge.inject('/')
  expect([page.statusCode, page.body]).toEqual([200, '<p>Hello</p>'])
  expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  expect((await edge.inject({ method: 'POST', url: '/' })).headers.allow).toBe('GET, HEAD')
  for (const url of ['/other.html', '/../package.json', '/%2e%2e/package.json', '/.git']) {
    expect((await edge.inject(url)).json<Problem>().code).toBe('ROUTE_UNKNOWN')
  }
})

test('a port that is taken is named', async () => {
  const [one, other] = [edgeOf(), edgeOf()]
  onTestFinished(() => Promise.all([one.close(), other.close()]).then(() => {}))
  await listen(one, { host: '127.0.0.1', port: 0 })
  const port = portOf(one)
  await expect(listen(other, { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    field: 'port',
  })
})
