import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pointers, verifyingKey } from '@explore/adapters'
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
  type Serving,
  succession,
} from '@explore/embedded'
import { ExploreError, type Page, type PageRequest, type PageWatch } from '@explore/explore'
import type { Trace } from '@explore/pipeline'
import { mutualTlsOf, noticing } from '@explore/rpc'
import { PREPARE_MS, prepared, START_MS } from './prepared.ts'
import { stageAddresses } from './stage-environment.ts'
import { type StageLinks, stageLinks } from './stage-links.ts'

/** Requests under way at once; beyond, the caller is told to come back. */
const MAX_UNDER_WAY = 512

/**
 * Makes pages with stages of other processes: on this thread, which has little to do but wait for them. Requests end on
 * the bundle that they began with; a new one takes over when all services that can be reached have loaded it. Where a
 * service has given up a request's bundle already, the page is made once more, as a whole, by the next one.
 */
export const fleetPages =
  (links: StageLinks) =>
  (home: Home, { wanted, task, tell }: PagePoolOptions): PagePool => {
    const underWay = new Set<Promise<Page>>()
    const opened = openEngine(home, links, () => task().call.now)
    opened.catch(() => {})
    /** There is one once anything serves. */
    let engine: PageEngine | undefined
    let patience = START_MS
    const bundles = succession(
      { wanted, tell },
      {
        prepare: async bundle => {
          engine = (await opened).engine
          if (bundle === undefined) return engine.prepare(undefined)
          await prepared(links, bundle, patience)
          const key = await verifyingKey(home.key)
          await engine.prepare(join(home.bundles, bundle), { ...(key && { key }) })
        },
        takeOver: () => {
          patience = PREPARE_MS
          return engine!.takeOver()
        },
      },
    )

    /** Whether another bundle than `first` serves, waited for while half of the time until `ends` is left to ask it. */
    const another = async (first: Serving | undefined, ends: number): Promise<boolean> => {
      if (bundles.now() === first) {
        // Services may have noticed a promotion that this process has not.
        bundles.use((await pointers(home.bundles)).current)
        const change = bundles.change()
        if (change === undefined) return false
        const patience = new AbortController()
        const { signal } = patience
        const half = Math.max(0, (ends - performance.now()) / 2)
        await Promise.race([change, setTimeout(half, undefined, { signal }).catch(() => {})])
        patience.abort()
      }
      return bundles.now() !== first
    }

    const make = async (request: PageRequest, watch: PageWatch | undefined): Promise<Page> => {
      const { call, inForce } = task()
      const ends = performance.now() + inForce.settings['page.deadlineMs']
      let told = (): void => {}
      const made = (circumstances: { readonly deadline?: number }) => {
        const startedAt = performance.timeOrigin + performance.now()
        const traced = watch && {
          traced: ({ steps }: Trace): void => void (told = () => watch.steps(steps, startedAt)),
        }
        const whole = { ...call, ...circumstances, ...traced, waiting: underWay.size }
        return noticing(() => engine!.page(request, whole, inForce.settings))
      }
      const first = bundles.now()
      const once = await made({})
      // A later page of a session has its ranking.
      const again = once.refused && request.cursor === undefined && (await another(first, ends))
      const { made: page } = again ? await made({ deadline: ends }) : once
      told()
      return page
    }

    return {
      page: async (request, watch) => {
        if (bundles.now() === undefined) await bundles.started
        if (underWay.size >= MAX_UNDER_WAY) {
          throw new ExploreError('OVERLOADED', `${MAX_UNDER_WAY} requests are under way already`)
        }
        const page = make(request, watch)
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
      ready: () => bundles.started,
      use: bundles.use,
      close: async () => {
        await bundles.close()
        await Promise.allSettled(underWay)
        await opened.then(({ close }) => close()).catch(() => {})
        links.close()
      },
    }
  }

const openEngine = async (home: Home, links: StageLinks, now: () => number) => {
  const stores = await openStores(home, { ...addressesOf(process.env), events: HOME })
  const engine = pageEngine(stores, now, (id, catalogue) => links.cut(id, catalogue))
  const close = async (): Promise<void> => {
    await engine.close()
    await stores.close()
  }
  return { engine, close }
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
