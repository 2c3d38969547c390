import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import { type Page, settingsFrom } from '@explore/explore'
import { type Proxy, startProxy } from '@explore/faults'
import { type StageName, STAGES } from '@explore/rpc'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Binding, overGrpc } from './testing/bindings.ts'
import { localStages } from './testing/local-stages.ts'

const NOW = Date.UTC(2026, 5, 1)
/** Long enough for a crowded machine to answer, short enough to wait for what does not. */
const DEADLINE = 2500
const settings = settingsFrom({
  'page.deadlineMs': DEADLINE,
  'page.sourcesMs': 1500,
  'fresh.maxAgeHours': 8760,
})
/** Two cores may be many processes' when tests run. */
const SOON = { timeout: 100_000 }
const PATIENT = { timeout: 300_000 }

let folder: string
let gateway: Binding
let turn = 0
const ways = new Map<StageName, Proxy>()
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-partition-'))
  const home = await tinyHome(join(folder, 'home'), { end: NOW - 3_600_000, bundles: ['only'] })
  await promoteBundle(home.bundles, 'only')
  const stages = await localStages(home, 1, async (name, url) => {
    const { hostname: host, port } = new URL(url)
    const proxy = await startProxy({ host, port: Number(port) })
    ways.set(name, proxy)
    return `grpc://127.0.0.1:${proxy.port}`
  })
  closing.push(stages.close)
  gateway = await overGrpc('behind proxies', home, stages.addresses, 'only', settings, NOW)
}, PATIENT.timeout)
afterAll(async () => {
  await gateway?.close()
  for (const way of ways.values()) await way.close()
  for (const close of closing) await close()
  rmSync(folder, { recursive: true, force: true })
})

/** A page in time that holds what a page must, whatever is away. Far from its deadline only a call without one would end. */
const page = async (): Promise<Page> => {
  const start = performance.now()
  const requestId = `00000000-0000-4000-8000-${String(++turn).padStart(12, '0')}`
  const call = { now: NOW, wall: NOW, requestId }
  const made = await gateway.page({ userId: `u${turn % 5}`, limit: 20 }, call)
  expect(performance.now() - start).toBeLessThan(4 * DEADLINE)
  expect(new Set(made.items.map(({ itemId }) => itemId)).size).toBe(20)
  return made
}

const rungs = async (): Promise<string> => (await page()).degraded.join(', ')

const RUNGS: Readonly<Record<StageName, RegExp>> = {
  'retrieval-sources': /live ranking (was late|failed)/,
  'first-stage': /retrieval order/,
  'second-stage-mtml': /first-stage order/,
  'value-model-rerank': /reranked without likeness/,
  'ann-index': /without two-tower/,
}
const names = Object.keys(STAGES) as StageName[]
const pairs = names.flatMap((one, i) => names.slice(i + 1).map(other => [one, other] as const))

/** What is flagged where these are away: without candidates nobody ranks. */
const flaggedFor = (away: readonly StageName[]): readonly RegExp[] =>
  away.includes('retrieval-sources') ? [RUNGS['retrieval-sources']] : away.map(name => RUNGS[name])

it.each([
  ...names.map(name => ['stalled', [name]] as const),
  ...names.map(name => ['cut', [name]] as const),
  ...pairs.map(pair => ['stalled', pair] as const),
])(
  'the network to it %s, without %s: pages of a lower rung, then full ones',
  PATIENT,
  async (mode, away) => {
    await expect.poll(rungs, SOON).toBe('')
    for (const name of away) ways.get(name)!.set(mode)
    try {
      for (const rung of flaggedFor(away)) await expect.poll(rungs, SOON).toMatch(rung)
    } finally {
      for (const name of away) ways.get(name)!.set('passes')
    }
    await expect.poll(rungs, SOON).toBe('')
  },
)
