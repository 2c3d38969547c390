import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import { openStores } from '@explore/embedded'
import { HEADS, randomOf, USER_ATTRIBUTES } from '@explore/explore'
import { heapInUse, type Mutator, mutator } from '@explore/rest/testing'
import { bytesOf, serviceOf, type StageName, stageProtos, STAGES } from '@explore/rpc'
import { rawCaller } from '@explore/rpc/testing'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveStage, type StageServer } from './serve-stage.ts'

/** Messages for each method; `npm run test:fuzz` sends 10,000. */
const MESSAGES = Number(process.env.EXPLORE_FUZZ ?? 200)
const NOW = Date.UTC(2026, 5, 1)
const names = Object.keys(STAGES) as StageName[]
/** Every service of a stage has this one too. */
const PREPARE = 'Prepare'
const METHODS = {
  'retrieval-sources': 'Retrieve',
  'ann-index': 'Search',
  'first-stage': 'Score',
  'second-stage-mtml': 'Predict',
  'value-model-rerank': 'Rerank',
} as const satisfies Record<StageName, string>

let folder: string
let state: Uint8Array
/** Of tinyHome's towers. */
const dimension = 16
const servers = new Map<StageName, StageServer>()
const callers = new Map<StageName, ReturnType<typeof rawCaller>>()
const told: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-fuzz-'))
  const home = await tinyHome(join(folder, 'home'), { end: NOW - 3_600_000, bundles: ['only'] })
  await promoteBundle(home.bundles, 'only')
  const stores = await openStores(home)
  state = (await stores.state.users(['u1']))[0]!
  await stores.close()
  for (const name of names) {
    const server = await serveStage(home, name, {
      ...{ host: '127.0.0.1', port: 0, environment: {}, wall: Date.now },
      onError: error => told.push(error.code),
    })
    servers.set(name, server)
    callers.set(name, rawCaller(server.url))
  }
}, 300_000)
afterAll(async () => {
  for (const caller of callers.values()) caller.close()
  for (const server of servers.values()) await server.close()
  rmSync(folder, { recursive: true, force: true })
}, 300_000)

const ITEMS = Uint32Array.of(3, 1, 4, 15, 92, 65)
const column = (n: number): Uint8Array => bytesOf(new Float32Array(n).fill(0.25))

/** A request of each method that is served. */
const soundOf = (method: string): object => {
  const call = {
    ...{ bundle: 'only', catalogueVersion: 0, nowMs: NOW, seed: 's', explain: true, watch: 4 },
    settings: '{"fresh.maxAgeHours":8760}',
  }
  const viewer = {
    ...{ id: 'u1', state, segment: 'c1', surface: 0, served: bytesOf(Uint32Array.of(7)) },
    attributes: bytesOf(new Int32Array(USER_ATTRIBUTES)),
  }
  const items = bytesOf(ITEMS)
  switch (method) {
    case PREPARE:
      return { bundle: 'only' }
    case 'Retrieve':
      return { call, viewer }
    case 'Search':
      return { call, queries: column(2 * dimension), dimension, k: 5 }
    case 'Rerank':
      return {
        ...{ call, viewer, items, sources: bytesOf(new Uint32Array(ITEMS.length).fill(1)) },
        ...{ draw: column(ITEMS.length), probabilities: column(HEADS.length * ITEMS.length) },
      }
    default:
      return { call, viewer, items }
  }
}

const SETTINGS = [
  ...['', '{', '[]', 'null', '7', '{"__proto__":1}', '{"page.limit":-1}', '{"page.limt":3}'],
  ...['{"width.candidates":1000000}', '{"page.limit":NaN}', '{"value.like.new":"4"}'],
  '{"rerank.exploreEvery":1,"width.secondStage":100}',
]
const BUNDLES = ['', 'other', '../../only', 'only/../only', '.', '..', 'a\0b', 'x'.repeat(5000)]
const NUMBERS = [0, -1, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53, NaN, Infinity, -1e300, 0.5]

/** Bytes of a column: of another length, with values that no column may have, or of no column at all. */
const columnOf = (given: Uint8Array, of: Mutator): Uint8Array => {
  switch (of.below(5)) {
    case 0:
      return of.bytes(given)
    case 1:
      return given.subarray(0, of.below(given.length + 1))
    case 2:
      return bytesOf(Uint32Array.from({ length: of.below(300) }, () => of.one(NUMBERS)))
    case 3:
      return bytesOf(Float32Array.from({ length: of.below(300) }, () => of.one(NUMBERS)))
    default:
      return bytesOf(Float32Array.from({ length: given.length / 4 }, () => of.one(NUMBERS)))
  }
}

/** A message with some of its fields wrong. */
const mutated = (given: object, of: Mutator, share = 0.2): object =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]: [string, unknown]) => {
      if (value instanceof Uint8Array) {
        return [name, of.chance(share) ? columnOf(value, of) : value]
      }
      if (typeof value === 'object' && value !== null) {
        return [name, of.chance(0.03) ? null : mutated(value, of, share / 2)]
      }
      if (!of.chance(share)) return [name, value]
      if (typeof value === 'number') return [name, of.one(NUMBERS)]
      if (typeof value === 'boolean') return [name, !value]
      return [name, of.one(name === 'settings' ? SETTINGS : [...BUNDLES, of.string()])]
    }),
  )

it.each([...names.map(name => [name, METHODS[name]] as const), ['first-stage', PREPARE] as const])(
  `${MESSAGES} broken messages to %s, %s, are each answered with a code`,
  async (stage, method) => {
    const service = method === PREPARE ? 'BundleService' : STAGES[stage]
    const { path, requestSerialize } = serviceOf(stageProtos, `explore.v1.${service}`)[method]!
    const caller = callers.get(stage)!
    const of = mutator(randomOf(`fuzz ${method}`))
    const sound = soundOf(method)
    const message = (): Buffer => {
      const bytes = Buffer.from(requestSerialize(mutated(sound, of)))
      return of.chance(0.2) ? of.bytes(bytes) : bytes
    }
    const whole = Buffer.from(requestSerialize(sound))
    expect(await caller.send(path, whole)).toBe('served')
    await caller.flood(path, message, Math.ceil(MESSAGES / 10))
    const before = heapInUse()
    const served = await caller.flood(path, message, MESSAGES)
    // Neither all nor none are refused: the mutations are neither idle nor blind.
    expect(served).toBeGreaterThan(MESSAGES / 100)
    expect(served).toBeLessThan(MESSAGES)
    expect(heapInUse() - before).toBeLessThan(8 * 2 ** 20)
    expect(await caller.send(path, whole)).toBe('served')
    expect(told).toEqual([])
  },
)
