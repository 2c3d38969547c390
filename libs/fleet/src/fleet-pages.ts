import { join } from 'node:path'
import { verifyingKey } from '@explore/adapters'
import {
  addressesOf,
  exploreErrorOf,
  HOME,
  type Home,
  openStores,
  pageEngine,
  type PageEngine,
  type PagePool,
  type PagePoolOptions,
} from '@explore/embedded'
import { ExploreError, type Page } from '@explore/explore'
import type { Trace } from '@explore/pipeline'
import { mutualTlsOf } from '@explore/rpc'
import { stageAddresses } from './stage-environment.ts'
import { type StageLinks, stageLinks } from './stage-links.ts'

/** Requests under way at once; beyond, the caller is told to come back. */
const MAX_UNDER_WAY = 512
/** How long a service may take to load a bundle. */
const PREPARE_MS = 120_000
/** How long a start waits for services: without them pages stand on lower rungs, and are pages. */
const START_MS = 5000

interface Serving {
  readonly bundle: string | undefined
  readonly engine: PageEngine
  readonly close: () => Promise<void>
}

/**
 * Makes pages with stages of other processes: on this thread, which has little to do but wait for them. A new bundle takes
 * over when all services that can be reached have loaded it, so that no request meets one that has not; requests under way
 * end on the bundle that they began with.
 */
export const fleetPages =
  (links: StageLinks) =>
  (home: Home, { wanted, task, tell }: PagePoolOptions): PagePool => {
    let serving: Serving | undefined
    let asked = wanted.current
    let closed = false
    const underWay = new Set<Promise<Page>>()

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

    /** The promoted bundle, or the one before, or none: pages can be made by either. */
    const start = async (): Promise<void> => {
      let problem: ExploreError | undefined
      for (const bundle of new Set([wanted.current, wanted.previous, undefined])) {
        try {
          serving = await open(bundle, START_MS)
          return tell(bundle, problem)
        } catch (error) {
          problem ??= exploreErrorOf(error)
          if (bundle === undefined || closed) throw problem
        }
      }
    }
    const started = start()
    started.catch(() => {})

    const swap = async (bundle: string): Promise<void> => {
      try {
        const next = await open(bundle, PREPARE_MS)
        const last = serving
        const before = [...underWay]
        serving = next
        tell(bundle, undefined)
        await Promise.allSettled(before)
        await last?.close()
      } catch (error) {
        if (!closed) tell(serving?.bundle, exploreErrorOf(error))
      }
    }
    let swaps: Promise<void> = started

    return {
      page: async (request, watch) => {
        if (serving === undefined) await started
        if (underWay.size >= MAX_UNDER_WAY) {
          throw new ExploreError('OVERLOADED', `${MAX_UNDER_WAY} requests are under way already`)
        }
        const { call, inForce } = task()
        const startedAt = performance.timeOrigin + performance.now()
        const told = watch && {
          traced: ({ steps }: Trace): void => watch.steps(steps, startedAt),
        }
        const circumstances = { ...call, ...told, waiting: underWay.size }
        const page = serving!.engine.page(request, circumstances, inForce.settings)
        underWay.add(page)
        try {
          return { page: await page }
        } catch (error) {
          throw exploreErrorOf(error)
        } finally {
          underWay.delete(page)
        }
      },
      // Those that wait do so for services, and are under way.
      waiting: () => 0,
      ready: () => started,
      use: bundle => {
        if (bundle === undefined || bundle === asked) return
        asked = bundle
        swaps = swaps.then(() => (bundle === asked && !closed ? swap(bundle) : undefined))
      },
      close: async () => {
        closed = true
        await swaps.catch(() => {})
        await Promise.allSettled(underWay)
        await serving?.close()
        links.close()
      },
    }
  }

/** Resolves when every service has the bundle that can be reached; rejects where one cannot load it. */
const prepared = async (links: StageLinks, bundle: string, most: number): Promise<void> => {
  const asks = await Promise.allSettled(links.all.map(link => link.prepare(bundle, most)))
  for (const ask of asks) {
    if (ask.status === 'fulfilled') continue
    const error = exploreErrorOf(ask.reason)
    // Who is away, or slow, makes pages worse, not wrong: their requests are flagged.
    if (!['SERVICE_UNREACHABLE', 'DEADLINE_EXCEEDED', 'SHUTTING_DOWN'].includes(error.code))
      throw error
  }
}

/** What makes the pages of a process whose environment names stages; undefined where it names none. */
export const pagesOf = (
  environment: Readonly<Record<string, string | undefined>>,
  wall: () => number,
  tell: (problem: ExploreError | undefined) => void,
): ReturnType<typeof fleetPages> | undefined => {
  const addresses = stageAddresses(environment)
  if (Object.keys(addresses).length === 0) return undefined
  return fleetPages(stageLinks(addresses, wall, mutualTlsOf(environment, tell)))
}
