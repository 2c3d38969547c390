import { ERRORS, type ErrorCode, ExploreError, type ExploreService } from '@explore/explore'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { restClient } from './rest-client.ts'
import { edgeOf } from './testing/edge-of.ts'
import { fakeService } from './testing/fake-service.ts'

/** A client of a server over the service, on a real socket. */
const clientOf = async (parts: Partial<ExploreService>): Promise<ExploreService> => {
  const edge = edgeOf(parts)
  const address = await edge.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => edge.close())
  return restClient(`${address}/`)
}

const event = (eventId: string, more: object = {}) => ({
  ...{ eventId, userId: 'u1', type: 'like', itemId: 'm1', time: 1_764_000_000_000 },
  ...more,
})

/** Operations in an order in which each sees the effect of those before. */
const SCRIPT: readonly ((service: ExploreService) => Promise<unknown>)[] = [
  service => service.page({ userId: 'u1', limit: 3 }),
  service => service.page({ userId: 'a:b@c~d', limit: 3, explain: true, surface: 'grid' }),
  service => service.page({ userId: 'u1', limit: 2, explainItem: 'm7' }),
  async service => {
    const { nextCursor } = await service.page({ userId: 'u1', limit: 3 })
    return service.page({ userId: 'u1', limit: 3, cursor: nextCursor! })
  },
  service => service.record([event('e1'), { nonsense: true }, event('e2', { type: 'impression' })]),
  service => service.record([{ nonsense: true }]),
  service => service.record([]),
  service => service.page({ userId: 'u1', limit: 3 }),
  service =>
    service.putItems([
      { id: 'x1', author: 'a1', topics: ['tea'] },
      { id: 'x2', author: 'a2' },
    ]),
  service => service.putItems([]),
  service => service.item('x1'),
  service => service.item('nothing'),
  service => service.items('m97', 5),
  service => service.items(undefined, 2),
  service => service.deleteItems(['x1', 'nothing']),
  service => service.deleteItems([]),
  service => service.putUsers([{ id: 'y1', attributes: { country: 'de' } }]),
  service => service.user('y1'),
  service => service.user('nobody'),
  service => service.users(undefined, 100),
  service => service.deleteUsers(['y1']),
  service => service.exportUser('u1'),
  service => service.forgetUser('u1'),
  service => service.exportUser('u1'),
  service => service.exportUser('nobody'),
  async service => service.settings(),
  service => service.changeSettings({ 'page.limit': 4, 'events.unknownItems': 'reject' }),
  async service => service.settings(),
  service => service.page({ userId: 'u2' }),
  service => service.changeSettings({ 'page.limit': null }),
  service => service.health(),
]

test('over the wire, every operation answers as it does in process', async () => {
  const here = fakeService()
  const there = await clientOf(fakeService())
  for (const operation of SCRIPT) expect(await operation(there)).toEqual(await operation(here))
})

test('health of a server that is not ready is an answer, not an error', async () => {
  const health = { ready: false, bundle: null, items: 0, lag: 0, problems: ['no items'] }
  expect(await (await clientOf({ health: async () => health })).health()).toEqual(health)
})

test('every error of the catalogue comes back as it was thrown', async () => {
  let thrown: ExploreError
  const client = await clientOf({ page: () => Promise.reject(thrown) })
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    for (const more of [{}, { field: 'a.b', hint: 'do this' }]) {
      thrown = new ExploreError(code, 'what happened', more)
      const caught = await client.page({ userId: 'u1' }).catch(error => error)
      expect(caught).toBeInstanceOf(ExploreError)
      expect({ ...caught, message: caught.message }).toEqual({ ...thrown, message: thrown.message })
    }
  }
})

test('an error of the edge itself comes back with its field', async () => {
  const client = await clientOf({})
  await expect(client.page({ userId: 'a/b' })).rejects.toMatchObject({
    code: 'ID_INVALID',
    field: 'userId',
  })
  await expect(client.putItems([{ id: 'x', author: '' }])).rejects.toMatchObject({
    code: 'ID_INVALID',
    field: '[0].author',
  })
})

/** The address of a server that is not ours. */
const strangerAt = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a code that only a newer server knows is internal here, with its words', async () => {
  const address = await strangerAt((request, response) => {
    const known = request.url === '/v1/settings'
    response.writeHead(known ? 200 : 409, { 'content-type': 'application/json' })
    response.end(known ? '{"settings":{}}' : '{"code":"NEWER","detail":"said so","hint":"do so"}')
  })
  await expect((await restClient(address)).health()).rejects.toMatchObject({
    ...{ code: 'INTERNAL', message: 'said so', hint: 'do so' },
  })
})

test.each([
  ['HTML', 200, '<html></html>'],
  ['JSON of another kind', 200, '{"settings": 3}'],
  ['an error page', 502, 'bad gateway'],
  ['a redirect', 302, ''],
])('%s in the place of a server is said to be none', async (_, status, body) => {
  const address = await strangerAt((_request, response) => {
    response.writeHead(status, { location: '/elsewhere' }).end(body)
  })
  await expect(restClient(address)).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' })
})

test('no server at all is said to be unreachable, with the address', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  await expect(restClient(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: 'SERVER_UNREACHABLE',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  })
  await expect(restClient('not a url')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' })
})

test('a server that does not answer in time is said to be unreachable', async () => {
  const address = await strangerAt(() => {})
  await expect(restClient(address, { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'SERVER_UNREACHABLE',
  })
})
