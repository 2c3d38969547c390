import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LoadOptions, loadBundle, MANIFEST, verifyingKey } from '@explore/adapters'
import type { EmbeddedStores, Home } from '@explore/embedded'
import {
  type Bundle,
  Catalogue,
  ExploreError,
  SETTINGS,
  type Settings,
  settingsFrom,
} from '@explore/explore'
import type { Hosted, StageHost } from '@explore/rpc'

/** Bundles that can be asked for at a time: the one that serves and the one before or after it. */
const KEPT = 2
/** Sets of settings that are remembered: gateways bring the same one with each call. */
const SETTINGS_KEPT = 8

export interface ShelfOptions {
  readonly stores: Pick<EmbeddedStores, 'state' | 'profiles'>
  /** What of a bundle this process runs, by the bundle's id. */
  readonly load: (bundle: string, catalogue: Catalogue) => Partial<LoadOptions>
  /** Runs a bundle that has been loaded until its code is compiled. */
  readonly warm: (stores: Hosted['stores']) => Promise<void>
  /** Gets a bundle that is not in the home, from wherever there may be one. */
  readonly fetch?: ((id: string) => Promise<void>) | undefined
  /** Told what a bundle cannot be loaded for, where nobody waits for it. */
  readonly onError: (error: unknown) => void
}

interface Entry {
  readonly bundle: Bundle
  readonly stores: Hosted['stores']
  /** Calls under way. */
  calls: number
}

/**
 * The bundles of a service over one catalogue. One that calls still use is kept until they are done, however many came
 * after it; one that is not there is loaded when it is asked for, and the caller told to come back.
 */
export const bundleShelf = (home: Home, { stores, load, warm, fetch, onError }: ShelfOptions) => {
  const { state, profiles } = stores
  const catalogue = new Catalogue()
  /** In the order in which they were last asked for: one that is stale and comes again does not push out the one that serves. */
  const entries = new Map<string, Entry>()
  const loading = new Map<string, Promise<void>>()
  /** What changed while a bundle was loaded, by its id. */
  const missed = new Map<string, number[]>()
  const known = new Map<string, Settings>()
  /** The clock of the last call: a service has none of its own. */
  let clock = 0
  let turn: Promise<void> = Promise.resolve()

  const catchUp = async (): Promise<void> => {
    const changed = await profiles.sync(catalogue)
    if (changed.length === 0) return
    for (const later of missed.values()) later.push(...changed)
    for (const { bundle } of entries.values()) await bundle.refresh(changed)
  }
  /** One after the other: whoever comes while items are embedded waits for them too. */
  const caughtUp = (): Promise<void> => (turn = turn.catch(() => {}).then(catchUp))

  const isHere = (id: string): boolean => existsSync(join(home.bundles, id, MANIFEST))

  const open = async (id: string): Promise<void> => {
    if (!isHere(id)) await fetch?.(id)
    await caughtUp()
    missed.set(id, [])
    const key = await verifyingKey(home.key)
    const bundle = await loadBundle(join(home.bundles, id), {
      catalogue,
      catalogueId: profiles.catalogueId,
      counters: items => state.counters(items),
      now: () => clock,
      ...(key && { key }),
      ...load(id, catalogue),
    })
    const hosted = { state, catalogue, bundle }
    entries.set(id, { bundle, stores: hosted, calls: 0 })
    await bundle.refresh(missed.get(id)!)
    missed.delete(id)
    await warm(hosted)
    await clear()
  }

  const touched = (id: string): Entry | undefined => {
    const entry = entries.get(id)
    if (entry === undefined) return undefined
    entries.delete(id)
    entries.set(id, entry)
    return entry
  }

  const prepare = async (id: string): Promise<void> => {
    if (touched(id)) return
    if (!isName(id)) throw missing(id)
    const running =
      loading.get(id) ??
      open(id).finally(() => {
        loading.delete(id)
        missed.delete(id)
      })
    loading.set(id, running)
    return running
  }

  /** Closes what is neither wanted nor used. */
  const clear = async (): Promise<void> => {
    const old = [...entries].slice(0, -KEPT).filter(([, { calls }]) => calls === 0)
    for (const [id] of old) entries.delete(id)
    for (const [, { bundle }] of old) await bundle.close()
  }

  const entryOf = (id: string): Entry => {
    const entry = touched(id)
    if (entry !== undefined) return entry
    if (!isName(id) || (fetch === undefined && !isHere(id))) throw missing(id)
    prepare(id).catch(onError)
    const held = [...entries.keys()].join(' and ') || 'none'
    throw new ExploreError('BUNDLE_OTHER', `asked for ${id}, ready: ${held}`, { field: 'bundle' })
  }

  const settingsOf = (text: string): Settings => {
    const found = known.get(text)
    if (found !== undefined) return found
    const settings = settingsFrom(overridesOf(text))
    known.set(text, settings)
    if (known.size > SETTINGS_KEPT) known.delete(known.keys().next().value!)
    return settings
  }

  const host: StageHost = {
    on: async ({ bundle, catalogueVersion, nowMs, settings: text }, work) => {
      const settings = settingsOf(text)
      const entry = entryOf(bundle)
      entry.calls++
      try {
        if (nowMs > 0) clock = nowMs
        if (catalogue.version < catalogueVersion) await caughtUp()
        else await turn
        if (catalogue.version < catalogueVersion) {
          const message = `the catalogue is at version ${catalogue.version}, not ${catalogueVersion}`
          throw new ExploreError('CATALOGUE_BEHIND', message)
        }
        return await work({ stores: entry.stores, settings })
      } finally {
        entry.calls--
        if (entry.calls === 0 && entries.size > KEPT) await clear()
      }
    },
    prepare: async id => {
      await prepare(id)
      return [...entries.keys()]
    },
  }

  return {
    host,
    ids: (): readonly string[] => [...entries.keys()],
    close: async (): Promise<void> => {
      await Promise.allSettled(loading.values())
      for (const { bundle } of entries.values()) await bundle.close()
    },
  }
}

export type BundleShelf = ReturnType<typeof bundleShelf>

/** What may be the name of a folder among bundles: callers send any text. */
const isName = (id: string): boolean => /^\w[\w.-]{0,99}$/.test(id)

const missing = (id: string): ExploreError =>
  new ExploreError('BUNDLE_MISSING', `there is no bundle ${id.slice(0, 100)} here`, {
    field: 'bundle',
  })

/** A setting that only the caller's version has says nothing about this one's part, which is made without it. */
const overridesOf = (text: string): Readonly<Record<string, unknown>> => {
  if (text === '') return {}
  try {
    const overrides: unknown = JSON.parse(text)
    if (typeof overrides === 'object' && overrides !== null && !Array.isArray(overrides)) {
      const entries = Object.entries(overrides)
      return Object.fromEntries(entries.filter(([key]) => Object.hasOwn(SETTINGS, key)))
    }
  } catch {
    // Falls through to the same answer: it is no JSON object.
  }
  throw new ExploreError('MESSAGE_INVALID', 'call.settings is no JSON object', {
    field: 'call.settings',
  })
}
