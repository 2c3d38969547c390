import {
  type Bundle,
  Catalogue,
  emptyUserState,
  encodeUserState,
  type Event,
  explorer,
  type Explorer,
  fold,
  type Id,
  type Item,
  type Page,
  type PageRequest,
  type ProfileStore,
  requestIdOf,
  type Settings,
  settingsFrom,
  signalOf,
  type StateStore,
  type User,
  type UserState,
} from '@explore/explore'
import { memoryProfiles } from './memory-profiles.ts'
import { memoryStateStore } from './memory-state-store.ts'
import { plantedBundle } from './planted-bundle.ts'

/** One in-memory Explore: stores, catalogue, planted models, and what drives them. */
export interface MemoryWorld {
  readonly state: StateStore
  readonly profiles: ProfileStore
  readonly catalogue: Catalogue
  readonly settings: Settings
  readonly explorer: Explorer
  /** Folds events as the stream processor does, one user at a time. */
  readonly record: (events: readonly Omit<Event, 'eventId'>[]) => Promise<void>
  readonly putItems: (items: readonly Item[]) => Promise<void>
  readonly deleteItems: (ids: readonly Id[]) => Promise<void>
  readonly page: (
    request: PageRequest,
    call?: { readonly id?: string; readonly now?: number; readonly waiting?: number },
  ) => Promise<Page>
  /** All pages of a session, from the first to the last; throws where there are more than items. */
  readonly walk: (request: PageRequest, id?: string) => Promise<readonly Page[]>
}

export interface WorldParts {
  readonly now: number
  readonly items: readonly Item[]
  readonly users?: readonly User[]
  readonly settings?: Readonly<Record<string, unknown>>
  /** Parts of the planted bundle to replace; null: no bundle. */
  readonly bundle?: Partial<Bundle> | null
  /** Parts of the state store to replace. */
  readonly state?: Partial<StateStore>
}

export const memoryWorld = async (parts: WorldParts): Promise<MemoryWorld> => {
  const kept = memoryStateStore()
  const state = { ...kept, ...parts.state }
  const profiles = memoryProfiles()
  const catalogue = new Catalogue()
  await profiles.putItems(parts.items)
  await profiles.putUsers(parts.users ?? [])
  await profiles.sync(catalogue)
  const settings = settingsFrom(parts.settings)
  const bundle = parts.bundle === null ? undefined : plantedBundle(catalogue, parts.bundle)
  const serving = explorer({ state, profiles, catalogue, bundle }, settings)
  const states = new Map<Id, UserState>()
  let events = 0
  let pages = 0

  const page: MemoryWorld['page'] = (request, { id, now = parts.now, waiting } = {}) =>
    serving.page(request, {
      now,
      wall: now,
      requestId: id ?? requestIdOf(++pages),
      ...(waiting !== undefined && { waiting }),
    })

  return {
    state,
    profiles,
    catalogue,
    settings,
    explorer: serving,
    page,
    record: async rows => {
      const adds = { counters: [], boards: [] }
      const touched = new Set<Id>()
      for (const row of rows) {
        const signal = signalOf({ ...row, eventId: `event-${events++}` }, catalogue)
        if (signal === undefined) throw new Error(`unknown item ${row.itemId}`)
        const own = states.get(row.userId) ?? emptyUserState()
        states.set(row.userId, own)
        touched.add(row.userId)
        fold(own, signal, adds, { seen: settings['state.seen'] })
      }
      const users = [...touched].map(id => [id, encodeUserState(states.get(id)!)] as const)
      const watermark = await kept.watermark()
      await kept.apply({ expected: watermark, watermark: watermark + rows.length, users, ...adds })
    },
    putItems: async items => {
      await profiles.putItems(items)
      await profiles.sync(catalogue)
    },
    deleteItems: async ids => {
      await profiles.deleteItems(ids)
      await profiles.sync(catalogue)
    },
    walk: async (request, id) => {
      const all = [await page(request, { ...(id !== undefined && { id }) })]
      while (all.at(-1)!.nextCursor !== null) {
        if (all.length > catalogue.size + 1) throw new Error('the session does not end')
        all.push(await page({ ...request, cursor: all.at(-1)!.nextCursor! }))
      }
      return all
    },
  }
}
