import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import { type EmbeddedStores, type Home, openStores, pagePool } from '@explore/embedded'
import {
  Catalogue,
  type Event,
  EVENT_TYPES,
  type Page,
  processor,
  randomOf,
  settingsFrom,
} from '@explore/explore'
import { tinyHome } from '@explore/testkit/home'
import { tinyItem } from '@explore/testkit/memory'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Binding, inProcess, overGrpc, pooled } from './testing/bindings.ts'
import { localStages } from './testing/local-stages.ts'

/** Two cores may be many processes' when tests run. */
const PATIENT = { timeout: 400_000 }
const ITEMS = 200
const START = Date.UTC(2026, 5, 1)
/** Beyond the age of every list that sources share. */
const STEP = 20_000

/** Late is not what is looked for. */
const settings = settingsFrom({
  'page.deadlineMs': 60_000,
  'page.sourcesMs': 60_000,
  'groups.heavyMin': 80,
  'rerank.exploreEvery': 7,
  'width.candidates': 120,
  'similar.seeds': 5,
})

let folder: string
let home: Home
let stores: EmbeddedStores
let fold: (events: readonly Event[]) => Promise<void>
const bindings: Binding[] = []
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-equal-'))
  home = await tinyHome(join(folder, 'home'), { end: START - 3_600_000, bundles: ['only'] })
  await promoteBundle(home.bundles, 'only')
  stores = await openStores(home)
  const stream = processor({ ...stores, catalogue: new Catalogue(), settings })
  fold = async events => {
    await stores.log.append(events)
    while ((await stream.step(1000)) > 0);
  }
  const rest = ['only', settings, START] as const
  bindings.push(
    await inProcess(home, ...rest),
    await pooled('a thread', options => pagePool(home, options), ...rest),
  )
  for (const shards of [1, 2, 4]) {
    const fleet = await localStages(home, shards)
    closing.push(fleet.close)
    bindings.push(await overGrpc(`gRPC, ${shards} shards`, home, fleet.addresses, ...rest))
    if (shards !== 2) continue
    const { 'second-stage-mtml': second, 'value-model-rerank': rerank } = fleet.addresses
    const some = { 'ann-index': fleet.index, ...(second && { 'second-stage-mtml': second }) }
    bindings.push(await overGrpc('retrieval here, its index there', home, some, ...rest))
    const last = { ...(rerank && { 'value-model-rerank': rerank }) }
    bindings.push(await overGrpc('only the last stage there', home, last, ...rest))
  }
}, PATIENT.timeout)
afterAll(async () => {
  for (const { close } of bindings) await close()
  for (const close of closing) await close()
  await stores?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** All of a page but the time that its steps took. */
const bytesOf = ({ trace, ...page }: Page): string =>
  JSON.stringify({ ...page, trace: trace?.map(step => ({ ...step, ms: 0 })) })

/** The page and the one after it are the same bytes from every binding; returns the first. */
const expectEqual = async (userId: string, now: number, n: number): Promise<Page> => {
  const call = {
    now,
    wall: now,
    requestId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  }
  const watched = `item-${(n * 37) % ITEMS}`
  let first: readonly string[] | undefined
  let page: Page | undefined
  for (const binding of bindings) {
    const one = await binding.page({ userId, limit: 25, explain: true, explainItem: watched }, call)
    // The first page has begun its session anew, so that each binding makes the second one itself.
    const two = one.nextCursor
      ? await binding.page(
          { userId, limit: 25, cursor: one.nextCursor, explainItem: watched },
          call,
        )
      : undefined
    const bytes = [bytesOf(one), two ? bytesOf(two) : '']
    if (first === undefined) [first, page] = [bytes, one]
    else expect(bytes, `${binding.name} against ${bindings[0]!.name}`).toEqual(first)
  }
  return page!
}

const did = (userId: string, type: Event['type'], item: number, time: number): Event => ({
  eventId: `${userId}.${type}.${item}.${time}`,
  ...{ userId, type, time },
  itemId: `item-${item}`,
})

const GOLDEN = ['stranger', 'u3', 'heavy', 'blocker', 'done', 'nearly-done']

it('golden viewers get the same pages from every binding', PATIENT, async () => {
  const past = START - 1_800_000
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
  await fold([
    ...range(90).flatMap(i => [
      did('heavy', 'impression', i, past + i),
      ...(i % 3 === 0 ? [did('heavy', 'like', i, past + 1000 + i)] : []),
    ]),
    ...range(6).map(i => did('blocker', 'hide_author', i, past + i)),
    ...range(ITEMS).map(i => did('done', 'impression', i, past + i)),
    ...range(ITEMS - 6).map(i => did('nearly-done', 'impression', i, past + i)),
  ])
  const groups = new Set<string>()
  for (const [n, userId] of GOLDEN.entries()) {
    const page = await expectEqual(userId, START + n * STEP, n)
    expect(page.degraded).toEqual([])
    expect(page.items.length).toBe(userId === 'done' ? 0 : userId === 'nearly-done' ? 6 : 25)
    if (userId !== 'done') expect(page.trace!.length).toBeGreaterThan(8)
    groups.add(page.group)
  }
  expect([...groups].toSorted()).toEqual(['casual', 'heavy', 'new'])
})

it.each(['a', 'b'])(
  'the same pages after every event of random sequence %s',
  PATIENT,
  async name => {
    const random = randomOf(`equality ${name}`)
    const below = (n: number): number => Math.floor(random() * n)
    const users = [...GOLDEN, 'u1', 'u2', `newcomer ${name}`.replace(' ', '-')]
    let now = START + 3_600_000 * (name === 'a' ? 1 : 2)
    for (let step = 0; step < 25; step++) {
      now += STEP
      const userId = users[below(users.length)]!
      const type = EVENT_TYPES[below(EVENT_TYPES.length)]!
      await fold([did(userId, type, below(ITEMS), now - below(60_000))])
      // New and changed items go through the towers; those that are hidden go at once.
      if (random() < 0.3) {
        const i = random() < 0.5 ? ITEMS + below(20) : below(ITEMS)
        const item = { ...tinyItem(i), topics: [`topic-${below(5)}`], createdAt: now - 1000 }
        await stores.profiles.putItems([{ ...item, ...(random() < 0.3 && { hidden: true }) }])
      }
      const page = await expectEqual(userId, now, 1000 + 100 * name.charCodeAt(0) + step)
      expect(page.degraded).toEqual([])
    }
  },
)
