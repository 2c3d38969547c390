import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import { type Home, homeAt } from '@explore/embedded'
import { type Page, settingsFrom } from '@explore/explore'
import type { StageName } from '@explore/rpc'
import { readByNext, readNextProtos } from '@explore/rpc/testing/next-version'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type StageAddresses, stageVariable } from './stage-environment.ts'
import { type Binding, inProcess, overGrpc } from './testing/bindings.ts'

/** Two cores may be many processes' when tests run. */
const PATIENT = { timeout: 400_000 }
const START = Date.UTC(2026, 5, 1)
const VERSIONS = ['today', 'next'] as const
type Version = (typeof VERSIONS)[number]
const ASKED = [
  'retrieval-sources',
  'first-stage',
  'second-stage-mtml',
  'value-model-rerank',
] as const
const STAGES = ['ann-index', ...ASKED] as const

/** Late is not what is looked for. */
const settings = settingsFrom({
  'page.deadlineMs': 60_000,
  'page.sourcesMs': 60_000,
  'rerank.exploreEvery': 7,
})

/** Both ends of every service, once as they are and once as their next version's .proto files have them. */
const codeOf = async () => ({
  ...(await import('./serve-stage.ts')),
  ...(await import('./testing/bindings.ts')),
})

let folder: string
let truth: Binding
let code: Readonly<Record<Version, Awaited<ReturnType<typeof codeOf>>>>
/** A home for each version's code, as LMDB wants: equal ones. */
let homes: Readonly<Record<Version, Home>>
const closing: (() => Promise<unknown>)[] = []
/** Of each stage each version's service; retrieval has one for either version of the index. */
const servers = new Map<string, string>()

const serve = async (version: Version, name: StageName, environment = {}): Promise<string> => {
  const server = await code[version].serveStage(homes[version], name, {
    ...{ host: '127.0.0.1', port: 0, environment, wall: Date.now },
    onError: error => console.error(`${version} ${name}: ${error.message}`),
  })
  closing.push(server.close)
  return server.url
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-versions-'))
  const home = await tinyHome(join(folder, 'today'), { end: START - 3_600_000, bundles: ['only'] })
  await promoteBundle(home.bundles, 'only')
  cpSync(home.path, join(folder, 'next'), { recursive: true })
  homes = { today: home, next: homeAt(join(folder, 'next')) }
  const today = await codeOf()
  const back = readNextProtos()
  vi.resetModules()
  code = { today, next: await codeOf() }
  back()
  truth = await inProcess(home, 'only', settings, START)
  for (const version of VERSIONS) {
    servers.set(`${version} ann-index`, await serve(version, 'ann-index'))
    for (const name of ASKED.slice(1)) servers.set(`${version} ${name}`, await serve(version, name))
  }
  for (const version of VERSIONS) {
    for (const index of VERSIONS) {
      const asks = { [stageVariable('ann-index')]: servers.get(`${index} ann-index`)! }
      const url = await serve(version, 'retrieval-sources', asks)
      servers.set(`${version} retrieval-sources ${index}`, url)
    }
  }
}, PATIENT.timeout)
afterAll(async () => {
  await truth?.close()
  for (const close of closing.toReversed()) await close()
  rmSync(folder, { recursive: true, force: true })
})

/** All of a page but the time that its steps took. */
const bytesOf = ({ trace, ...page }: Page): string =>
  JSON.stringify({ ...page, trace: trace?.map(step => ({ ...step, ms: 0 })) })

/** Which version each stage is of; of the next one those named, or either of two replicas of each. */
type Mix = 'replicas' | readonly StageName[]

const addressesFor = (mix: Mix): StageAddresses => {
  const of = (name: StageName): Version =>
    mix !== 'replicas' && mix.includes(name) ? 'next' : 'today'
  const urls = (name: StageName): readonly string[] => {
    const versions = mix === 'replicas' ? VERSIONS : [of(name)]
    const end = name === 'retrieval-sources' ? ` ${of('ann-index')}` : ''
    return versions.map(version => servers.get(`${version} ${name}${end}`)!)
  }
  return Object.fromEntries(
    ASKED.map(name => {
      const hosts = urls(name).map(url => url.replace('grpc://', ''))
      return [name, [`grpc://${hosts.join(',')}`]]
    }),
  )
}

const MIXES: readonly Mix[] = [[], ...STAGES.map(name => [name]), STAGES, 'replicas']

it.each(VERSIONS.flatMap(gateway => MIXES.map(mix => [gateway, mix] as const)))(
  'a gateway of version "%s" makes the same pages with the next version of %j',
  PATIENT,
  async (gateway, mix) => {
    const { overGrpc: over } = gateway === 'today' ? { overGrpc } : code.next
    const binding = await over(
      ...([gateway, homes[gateway], addressesFor(mix), 'only', settings, START] as const),
    )
    try {
      for (let n = 0; n < 6; n++) {
        const now = START + n * 20_000
        const call = {
          ...{ now, wall: now },
          requestId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
        }
        const request = { userId: n === 0 ? 'stranger' : `u${n}`, limit: 25 }
        const asked = { ...request, explain: true, explainItem: `item-${n}` }
        const expected = await truth.page(asked, call)
        expect(expected).toMatchObject({ degraded: [], items: { length: 25 } })
        expect(bytesOf(await binding.page(asked, call))).toBe(bytesOf(expected))
      }
    } finally {
      await binding.close()
    }
  },
)

it('saw both versions of each message on either side', () => {
  const { own, older } = readByNext()
  const messages = ['Retrieve', 'Search', 'Score', 'Predict', 'Rerank', 'Prepare'].flatMap(name => [
    `${name}Request`,
    `${name}Response`,
  ])
  const all = [...messages, 'StageCall', 'StageViewer'].sort()
  expect([own, older]).toEqual([all, all])
})
