import { createHash } from 'node:crypto'
import { loadBundle } from '@explore/adapters'
import type { EmbeddedStores } from '@explore/embedded'
import {
  Catalogue,
  explorer,
  processor,
  writeLongTermLists,
  writePopularLists,
} from '@explore/explore'
import type { Policy } from '@explore/world'
import type { FunnelArm } from './arms.ts'

const BATCH = 5_000
const DAY = 86_400_000

/** The funnel as a policy of the simulated world: its own stores, the arm's settings, and what it goes without. */
export const funnelPolicy = async (
  { name, settings, without = whole => whole, salt = '' }: FunnelArm,
  { stores, bundleDir, seed }: { stores: EmbeddedStores; bundleDir: string; seed: number },
): Promise<Policy & { readonly close: () => Promise<void> }> => {
  const { log, state, profiles } = stores
  const catalogue = new Catalogue()
  let now = 0
  await profiles.sync(catalogue)
  const bundle = await loadBundle(bundleDir, {
    catalogue,
    catalogueId: profiles.catalogueId,
    counters: items => state.counters(items),
    now: () => now,
  })
  const pages = explorer(without({ state, profiles, catalogue, bundle }), settings)
  const stream = processor({ log, state, profiles, catalogue, settings })
  const cursors = new Map<string, string>()
  let nextLists = 0

  /** What the off-peak job does once a day. */
  const renewLists = async (): Promise<void> => {
    if (nextLists !== 0) {
      const { retriever } = bundle
      await writePopularLists({ state, profiles, catalogue }, settings, now)
      await writeLongTermLists({ state, profiles, catalogue, retriever }, now)
    }
    nextLists = now + DAY
  }

  return {
    name,
    page: async request => {
      now = request.now
      if (now >= nextLists) await renewLists()
      const { userId, limit, surface, visit, page } = request
      const cursor = page === 0 ? undefined : cursors.get(userId)
      const served = await pages.page(
        { userId, limit, surface, ...(cursor !== undefined && { cursor }) },
        { now, wall: Date.now(), requestId: uuidOf(`${seed} ${salt} ${userId} ${visit} ${page}`) },
      )
      if (served.nextCursor === null) cursors.delete(userId)
      else cursors.set(userId, served.nextCursor)
      return served.items.map(({ itemId }) => itemId)
    },
    observe: async events => {
      await log.append(events)
      while ((await stream.step(BATCH)) > 0);
    },
    publish: async items => {
      await profiles.putItems(items)
      await bundle.refresh(await profiles.sync(catalogue))
    },
    close: () => bundle.close(),
  }
}

/** A UUID that only depends on `name`, so that a run can be repeated. */
const uuidOf = (name: string): string =>
  createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
