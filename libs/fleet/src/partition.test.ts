import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import { type Home, openStores } from '@explore/embedded'
import {
  Catalogue,
  type Event,
  type Page,
  processor,
  randomOf,
  settingsFrom,
} from '@explore/explore'
import { type StageName, STAGES } from '@explore/rpc'
import { type Proxy, type ProxyMode, startProxy } from '@explore/servers'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Binding, overGrpc } from './testing/bindings.ts'
import { localStages } from './testing/local-stages.ts'

const NOW = Date.UTC(2026, 5, 1)
/** Long enough for a crowded machine to answer, short enough to wait for what does not. */
const DEADLINE = 2500
const USERS = 5
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
  await hideAuthors(home)
  const stages = await localStages(home, 1, async (name, url) => {
    const { hostname: host, port } = new URL(url)
    const proxy = await startProxy({ host, port: Number(port) }, { slowMs: DEADLINE, random })
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

/** Each viewer hides these, of seven authors. */
const HIDDEN = [2, 5]

const hideAuthors = async (home: Home): Promise<void> => {
  const stores = await openStores(home)
  const catalogue = new Catalogue()
  await stores.log.append(
    Array.from({ length: USERS * HIDDEN.length }, (_, i): Event => ({
      ...{ eventId: `hide-${i}`, userId: `u${i % USERS}`, type: 'hide_author', time: NOW - 1000 },
      authorId: `author-${HIDDEN[Math.floor(i / USERS)]}`,
    })),
  )
  const stream = processor({ ...stores, catalogue, settings })
  while ((await stream.step(1000)) > 0);
  await stores.close()
}

/** A page in time that holds what a page must, whatever is away. Far from its deadline only a call without one would end. */
const page = async (): Promise<Page> => {
  const start = performance.now()
  const requestId = `00000000-0000-4000-8000-${String(++turn).padStart(12, '0')}`
  const call = { now: NOW, wall: NOW, requestId }
  const made = await gateway.page({ userId: `u${turn % USERS}`, limit: 20 }, call)
  expect(performance.now() - start).toBeLessThan(4 * DEADLINE)
  const ids = made.items.map(({ itemId }) => itemId)
  expect(new Set(ids).size).toBe(20)
  expect(ids.filter(id => HIDDEN.includes(Number(id.replace('item-', '')) % 7))).toEqual([])
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

const random = randomOf('partition')
const sets: readonly (readonly StageName[])[] = [...names.map(name => [name]), ...pairs]
const each = (modes: readonly ProxyMode[]) =>
  modes.flatMap(mode => sets.map(away => [mode, away] as const))

const breaking = async (
  mode: ProxyMode,
  away: readonly StageName[],
  meanwhile: () => Promise<void>,
): Promise<void> => {
  await expect.poll(rungs, SOON).toBe('')
  for (const name of away) ways.get(name)!.set(mode)
  try {
    await meanwhile()
  } finally {
    for (const name of away) ways.get(name)!.set('passes')
  }
  await expect.poll(rungs, SOON).toBe('')
}

it.each(each(['stalled', 'cut', 'slow']))(
  'the network %s, of %s: pages of a lower rung, then full ones',
  PATIENT,
  (mode, away) =>
    breaking(mode, away, async () => {
      for (const rung of flaggedFor(away)) await expect.poll(rungs, SOON).toMatch(rung)
    }),
)

// A wrong bit of a score is a score: such a page has no flag to wait for.
it.each(each(['corrupt']))(
  'the network %s, of %s: pages that hold what a page must, then full ones',
  PATIENT,
  (mode, away) =>
    breaking(mode, away, async () => {
      for (let i = 0; i < 8; i++) await page()
    }),
)
