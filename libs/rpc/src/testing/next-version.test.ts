import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ExploreError } from '@explore/explore'
import type { ServiceDefinition } from '@grpc/grpc-js'
import type { PackageDefinition } from '@grpc/proto-loader'
import { afterEach, expect, it } from 'vitest'
import { loadProtos, messageOf, serviceOf } from '../protos.ts'
import { rpcClient } from '../rpc-client.ts'
import { rpcServer } from '../rpc-server.ts'
import { readByNext, readNextProtos } from './next-version.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const load = () => loadProtos('explore/v1/first_stage.proto', 'explore/v1/events.proto')
const older = load()
const back = readNextProtos()
const newer = load()
back()
const firstStage = (protos: PackageDefinition): ServiceDefinition =>
  serviceOf(protos, 'explore.v1.FirstStageService')
const today = firstStage(older)
const next = firstStage(newer)

const ADDED = 'NextFirstStageService'
const CALL = { bundle: 'b', watch: 7 }
const REQUEST = { call: CALL, viewer: { id: 'u1' }, items: Buffer.from([1, 0, 0, 0]) }

/** A client of one version to a service of the other, which answers with the items that it was sent. */
const between = async (definition: ServiceDefinition, asked: ServiceDefinition) => {
  const server = rpcServer({
    ...{ protos: asked === today ? older : newer, now: Date.now },
    services: [
      {
        definition: asked,
        handlers: { Score: ({ items }: { readonly items: Buffer }) => ({ light: items }) },
      },
    ],
    errorOf: thrown => new ExploreError('INTERNAL', String(thrown)),
  })
  closing.push(() => server.close(100))
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  const client = rpcClient(definition, `grpc://127.0.0.1:${port}`)
  closing.push(() => client.close())
  return (method: string, message: object = {}) =>
    client.call<object>(method, message, { deadline: Date.now() + 20_000 })
}

it('either version asks the other, and reads the fields that both know', async () => {
  const toOlder = await between(next, today)
  expect(await toOlder('Score', REQUEST)).toMatchObject({ light: REQUEST.items, nextNote: '' })
  expect(readByNext()).toEqual({ own: [], older: ['ScoreResponse'] })
  const toNewer = await between(today, next)
  const answer = await toNewer('Score', REQUEST)
  expect(answer).toEqual({ light: REQUEST.items })
  const { own, older: plain } = readByNext()
  expect([own, plain]).toEqual([[], ['ScoreRequest', 'ScoreResponse', 'StageCall', 'StageViewer']])
  expect(await (await between(next, next))('Score', REQUEST)).toMatchObject({
    nextNote: 'of the next version',
  })
  expect(readByNext().own).toEqual(plain)
})

it('a method that only the next version has is answered by it, and told from silence by others', async () => {
  expect(await (await between(next, next))(ADDED)).toMatchObject({ nextNote: expect.anything() })
  await expect((await between(next, today))(ADDED)).rejects.toMatchObject({
    code: 'SERVICE_ANSWER',
    cause: { details: expect.stringContaining('method') },
  })
})

it('a process that is started with it is one of the next version', async () => {
  const preload = new URL('./next-process.ts', import.meta.url).href
  const script = `
    import { loadProtos, messageOf } from '${new URL('../protos.ts', import.meta.url).href}'
    const message = messageOf(loadProtos('explore/v1/catalogue.proto'), 'explore.v1.User')
    console.log(message.serialize({ id: 'u1' }).toString('hex'))`
  const args = ['--import', preload, '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const user = messageOf<object>(loadProtos('explore/v1/catalogue.proto'), 'explore.v1.User')
  const bytes = Buffer.from(stdout.trim(), 'hex')
  expect(user.deserialize(bytes)).toMatchObject({ id: 'u1' })
  expect(bytes.includes('of the next version')).toBe(true)
})

it('a type of event that only the next version has keeps its number', () => {
  const event = <T extends object>(protos: typeof older) => messageOf<T>(protos, 'explore.v1.Event')
  const bytes = event<{ userId: string; type: string | number }>(newer).serialize({
    ...{ userId: 'u1', type: 'EVENT_TYPE_NEXT' },
  })
  expect(event(older).deserialize(bytes)).toMatchObject({ userId: 'u1', type: 1000 })
})
