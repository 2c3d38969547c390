import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedStores, type Home, openStores } from '@explore/embedded'
import { emptyUserState, viewerOf } from '@explore/explore'
import { tinyHome } from '@explore/testkit/home'
import { tinyItem } from '@explore/testkit/memory'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type BundleShelf, bundleShelf } from './bundle-shelf.ts'

const NOW = Date.UTC(2026, 5, 1)
const SOON = { timeout: 60_000 }

let folder: string
let home: Home
let stores: EmbeddedStores
let shelf: BundleShelf
let warmed: string[]
let errors: unknown[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-shelf-'))
  home = await tinyHome(join(folder, 'home'), { end: NOW, bundles: ['first', 'second', 'third'] })
  stores = await openStores(home)
  warmed = []
  errors = []
  shelf = bundleShelf(home, {
    stores,
    load: () => ({ models: ['first-user', 'first-item'] }),
    warm: async ({ bundle }) => void warmed.push(bundle.id),
    onError: error => errors.push(error),
  })
})
afterEach(async () => {
  await shelf.close()
  await stores.close()
  rmSync(folder, { recursive: true, force: true })
})

const call = (bundle: string, more: object = {}) => ({
  ...{ bundle, catalogueVersion: 0, nowMs: NOW, settings: '{}' },
  ...more,
})
const bundleOf = (id: string): Promise<string> =>
  shelf.host.on(call(id), async ({ stores }) => stores.bundle.id)

it('answers by the bundle that is asked for, the last two of them', async () => {
  await shelf.host.prepare('first')
  await expect(shelf.host.prepare('second')).resolves.toEqual(['first', 'second'])
  await expect(bundleOf('first')).resolves.toBe('first')
  await expect(bundleOf('second')).resolves.toBe('second')
  await shelf.host.prepare('second')
  expect(warmed).toEqual(['first', 'second'])
  await shelf.host.prepare('third')
  expect(shelf.ids()).toEqual(['second', 'third'])
})

it('gives up the bundle that was not asked for the longest', async () => {
  await shelf.host.prepare('first')
  await shelf.host.prepare('second')
  await bundleOf('first')
  await shelf.host.prepare('third')
  expect(shelf.ids()).toEqual(['first', 'third'])
})

it('keeps a bundle that calls still use until they are done', async () => {
  await shelf.host.prepare('first')
  const held = Promise.withResolvers<void>()
  const running = shelf.host.on(call('first'), async ({ stores, settings }) => {
    await held.promise
    const facts = { id: 'u', state: emptyUserState(), user: undefined, now: NOW }
    const { features } = viewerOf(facts, stores.catalogue, settings)
    return stores.bundle.firstStage.score(features, Uint32Array.of(1, 2))
  })
  await shelf.host.prepare('second')
  await shelf.host.prepare('third')
  expect(shelf.ids()).toEqual(['first', 'second', 'third'])
  held.resolve()
  await expect(running).resolves.toHaveLength(2)
  await expect.poll(shelf.ids, SOON).toEqual(['second', 'third'])
})

it('loads a bundle that it is asked for and has not, and refuses until then', async () => {
  await shelf.host.prepare('first')
  await expect(bundleOf('second')).rejects.toMatchObject({ code: 'BUNDLE_OTHER' })
  await expect.poll(shelf.ids, SOON).toEqual(['first', 'second'])
  await expect(bundleOf('second')).resolves.toBe('second')
})

it.each(['fourth', '../first', '../bundles/first', '', 'first/', '.', '..', 'x'.repeat(5000)])(
  'has no bundle %j',
  async id => {
    const none = { code: 'BUNDLE_MISSING', field: 'bundle' }
    await expect(bundleOf(id)).rejects.toMatchObject(none)
    if (id !== 'fourth') await expect(shelf.host.prepare(id)).rejects.toMatchObject(none)
    expect(errors).toEqual([])
  },
)

it('catches up with the catalogue before it answers, and refuses where it cannot', async () => {
  await shelf.host.prepare('first')
  const versionOf = (catalogueVersion: number): Promise<number> =>
    shelf.host.on(
      call('first', { catalogueVersion }),
      async ({ stores }) => stores.catalogue.version,
    )
  const version = await versionOf(0)
  await stores.profiles.putItems([tinyItem(500)])
  await expect(versionOf(version + 1)).resolves.toBe(version + 1)
  await expect(versionOf(version + 2)).rejects.toMatchObject({ code: 'CATALOGUE_BEHIND' })
})

it.each([
  ['no JSON', '{', 'MESSAGE_INVALID'],
  ['no object', '[]', 'MESSAGE_INVALID'],
  ['a value out of bounds', '{"page.limit":0}', 'SETTING_INVALID'],
])('refuses settings that are %s', async (_, settings, code) => {
  await shelf.host.prepare('first')
  await expect(shelf.host.on(call('first', { settings }), async () => 0)).rejects.toMatchObject({
    code,
  })
})

it('passes over a setting that only its caller knows', async () => {
  await shelf.host.prepare('first')
  const settings = '{"page.colour":1,"page.limit":7}'
  const limit = shelf.host.on(call('first', { settings }), async hosted => {
    expect(hosted.settings).not.toHaveProperty('page.colour')
    return hosted.settings['page.limit']
  })
  await expect(limit).resolves.toBe(7)
})
