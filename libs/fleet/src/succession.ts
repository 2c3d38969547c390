import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pointers, verifyingKey } from '@explore/adapters'
import {
  addressesOf,
  exploreErrorOf,
  HOME,
  type Home,
  openStores,
  openWanted,
  pageEngine,
  type PageEngine,
  type PagePoolOptions,
} from '@explore/embedded'
import { PREPARE_MS, prepared, START_MS } from './prepared.ts'
import type { StageLinks } from './stage-links.ts'

/** What makes pages by one bundle, or by none. */
export interface Serving {
  readonly bundle: string | undefined
  readonly engine: PageEngine
  readonly close: () => Promise<void>
}

export interface SuccessionOptions extends Pick<PagePoolOptions, 'wanted' | 'task' | 'tell'> {
  readonly home: Home
  readonly links: StageLinks
  /** Pages that are being made: what makes them is closed when they are done. */
  readonly underWay: ReadonlySet<Promise<unknown>>
}

/**
 * The bundles by which a process makes pages, one after the other. A new one takes over when all services that can be
 * reached have loaded it, so that no request meets one that has not.
 */
export const succession = (options: SuccessionOptions) => {
  const { home, links, wanted, task, tell, underWay } = options
  let serving: Serving | undefined
  let asked = wanted.current
  let closed = false
  /** Swaps that have not ended. */
  let coming = 0
  let changed = Promise.withResolvers<void>()

  const open = async (bundle: string | undefined, patience: number): Promise<Serving> => {
    if (bundle !== undefined) await prepared(links, bundle, patience)
    const stores = await openStores(home, { ...addressesOf(process.env), events: HOME })
    const engine = pageEngine(
      stores,
      () => task().call.now,
      (id, catalogue) => links.cut(id, catalogue),
    )
    const close = async (): Promise<void> => {
      await engine.close()
      await stores.close()
    }
    try {
      if (bundle !== undefined) {
        const key = await verifyingKey(home.key)
        await engine.load(join(home.bundles, bundle), { ...(key && { key }) })
      }
      await engine.ready(task().inForce.settings)
    } catch (error) {
      await close()
      throw error
    }
    return { bundle, engine, close }
  }

  const started = openWanted({ wanted, tell }, bundle => open(bundle, START_MS), {
    serves: opened => (serving = opened),
    closed: () => closed,
  })
  started.catch(() => {})

  const swap = async (bundle: string): Promise<void> => {
    try {
      const next = await open(bundle, PREPARE_MS)
      const last = serving
      const before = [...underWay]
      serving = next
      changed.resolve()
      changed = Promise.withResolvers()
      tell(bundle, undefined)
      await Promise.allSettled(before)
      await last?.close()
    } catch (error) {
      if (!closed) tell(serving?.bundle, exploreErrorOf(error))
    }
  }
  let swaps: Promise<void> = started

  const use = (bundle: string | undefined): void => {
    if (bundle === undefined || bundle === asked) return
    asked = bundle
    coming++
    swaps = swaps
      .then(() => (bundle === asked && !closed ? swap(bundle) : undefined))
      .finally(() => coming--)
  }

  /** What serves after `last`, waited for while half of the time until `ends` is left to ask it. */
  const next = async (last: Serving, ends: number): Promise<Serving | undefined> => {
    if (serving === last) {
      // Services may have noticed a promotion that this process has not.
      use((await pointers(home.bundles)).current)
      if (coming === 0) return undefined
      const patience = new AbortController()
      const { signal } = patience
      const half = Math.max(0, (ends - performance.now()) / 2)
      await Promise.race([changed.promise, setTimeout(half, undefined, { signal }).catch(() => {})])
      patience.abort()
    }
    return serving === last ? undefined : serving
  }

  return {
    /** Resolves when something serves; rejects where nothing can. */
    started,
    /** What serves; undefined before the start has ended. */
    now: (): Serving | undefined => serving,
    /** Has `bundle` take over when it is ready; where it is broken, what serves goes on. */
    use,
    next,
    close: async (): Promise<void> => {
      closed = true
      await swaps.catch(() => {})
      await Promise.allSettled(underWay)
      await serving?.close()
    },
  }
}
