import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pointers, promoteBundle } from '@explore/adapters'
import type { Home, PagePool } from '@explore/embedded'
import { type Page, type PageCall, settingsFrom } from '@explore/explore'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fleetPages } from './fleet-pages.ts'
import { type StageLinks, stageLinks } from './stage-links.ts'
import { type Binding, inProcess } from './testing/bindings.ts'
import { localStages } from './testing/local-stages.ts'

const NOW = Date.UTC(2026, 5, 1)
const PATIENT = { timeout: 300_000 }
/** Two cores may be many processes' when tests run. */
const SOON = { timeout: 100_000 }
const BUNDLES = ['one', 'two', 'three'] as const
type BundleName = (typeof BUNDLES)[number]
/** Late is not what is looked for. */
const settings = settingsFrom({ 'page.deadlineMs': 60_000, 'page.sourcesMs': 40_000 })

let folder: string
let home: Home
let links: StageLinks
let pages: PagePool
let call: PageCall
let turn = 0
const alone = new Map<string, Binding>()
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-swap-'))
  home = await tinyHome(join(folder, 'home'), { end: NOW - 3_600_000, bundles: BUNDLES })
  for (const name of BUNDLES) alone.set(name, await inProcess(home, name, settings, NOW))
  await promoteBundle(home.bundles, 'one')
  const stages = await localStages(home, 2)
  closing.push(stages.close)
  links = stageLinks(stages.addresses, Date.now)
  call = callOf(0)
  pages = fleetPages(links)(home, {
    wanted: { current: 'one', previous: undefined },
    task: () => ({ call, inForce: { settings, version: 0 } }),
    tell: (_, problem) => problem && console.error(problem),
  })
  await pages.ready()
}, PATIENT.timeout)
afterAll(async () => {
  await pages?.close()
  for (const binding of alone.values()) await binding.close()
  for (const close of closing) await close()
  rmSync(folder, { recursive: true, force: true })
})

const callOf = (n: number): PageCall => ({
  ...{ now: NOW, wall: NOW },
  requestId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
})

/** What a page is made of but the time that its steps took. */
const bytesOf = ({ trace: _, ...page }: Page): string => JSON.stringify(page)

type Made = Pick<Page, 'bundle' | 'degraded'>

const FULL = (bundle: BundleName): Made => ({ bundle, degraded: [] })

/** A page: one without a flag must be the page that its bundle makes by itself. */
const wholePage = async (): Promise<Made> => {
  const request = { userId: `u${turn % 7}`, limit: 15, explain: true }
  const mine = callOf(++turn)
  call = mine
  const { page } = await pages.page(request)
  const { bundle, degraded } = page
  expect(new Set(page.items.map(({ itemId }) => itemId)).size).toBe(15)
  if (degraded.length === 0) {
    const expected = await alone.get(bundle!)!.page(request, mine)
    expect(bytesOf(page)).toBe(bytesOf(expected))
  }
  return { bundle, degraded }
}

/** Has services hold these two bundles and no other. */
const hold = async (...names: readonly [BundleName, BundleName]): Promise<void> => {
  for (const name of names) {
    await Promise.all(links.all.map(link => link.prepare(name, PATIENT.timeout)))
  }
}

it(
  'is answered once more, by the promoted bundle, where services have given up its own',
  PATIENT,
  async () => {
    expect(await wholePage()).toEqual(FULL('one'))
    await promoteBundle(home.bundles, 'three')
    await hold('two', 'three')
    // Nobody has told this process of the promotion yet.
    expect(await wholePage()).toEqual(FULL('three'))
  },
)

it('without a newer bundle is a page of a lower rung, of one bundle', PATIENT, async () => {
  expect((await pointers(home.bundles)).current).toBe('three')
  await hold('one', 'two')
  const { bundle, degraded } = await wholePage()
  expect(degraded.length).toBeGreaterThan(0)
  expect(['three', null]).toContain(bundle)
  // They load what they were asked for.
  await expect.poll(wholePage, SOON).toEqual(FULL('three'))
})

it('is of one bundle while promotions come faster than they can be followed', PATIENT, async () => {
  const seen: Made[] = []
  let over = false
  const caller = async (): Promise<void> => {
    while (!over) seen.push(await wholePage())
  }
  const callers = Promise.all(Array.from({ length: 4 }, caller))
  const meanwhile = (look: PromiseLike<unknown>): Promise<unknown> => Promise.race([callers, look])
  for (const name of ['one', 'two', 'three', 'two', 'one'] as const) {
    await promoteBundle(home.bundles, name)
    // Every other time this process hears of it from the services' refusals alone.
    if (name !== 'two') pages.use(name)
    const least = seen.length + 12
    await meanwhile(expect.poll(() => seen.length, SOON).toBeGreaterThan(least))
  }
  await meanwhile(expect.poll(() => seen.at(-1), SOON).toEqual(FULL('one')))
  over = true
  await callers
  expect(new Set(seen.map(({ bundle }) => bundle)).size).toBeGreaterThan(1)
})
