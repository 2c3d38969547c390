import { exploreErrorOf, type Home, type PagePool, type PagePoolOptions } from '@explore/embedded'
import { ExploreError, type Page, type PageRequest, type PageWatch } from '@explore/explore'
import type { Trace } from '@explore/pipeline'
import { mutualTlsOf, noticing } from '@explore/rpc'
import { stageAddresses } from './stage-environment.ts'
import { type StageLinks, stageLinks } from './stage-links.ts'
import { type Serving, succession } from './succession.ts'

/** Requests under way at once; beyond, the caller is told to come back. */
const MAX_UNDER_WAY = 512

/**
 * Makes pages with stages of other processes: on this thread, which has little to do but wait for them. Requests end on
 * the bundle that they began with. Where a service has given that one up already, the page is made once more, as a whole,
 * by the next bundle.
 */
export const fleetPages =
  (links: StageLinks) =>
  (home: Home, { wanted, task, tell }: PagePoolOptions): PagePool => {
    const underWay = new Set<Promise<Page>>()
    const bundles = succession({ home, links, wanted, task, tell, underWay })

    const make = async (request: PageRequest, watch: PageWatch | undefined): Promise<Page> => {
      const { call, inForce } = task()
      const ends = performance.now() + inForce.settings['page.deadlineMs']
      let told = (): void => {}
      const by = ({ engine }: Serving, circumstances: { readonly deadline?: number }) => {
        const startedAt = performance.timeOrigin + performance.now()
        const traced = watch && {
          traced: ({ steps }: Trace): void => void (told = () => watch.steps(steps, startedAt)),
        }
        const whole = { ...call, ...circumstances, ...traced, waiting: underWay.size }
        return noticing(() => engine.page(request, whole, inForce.settings))
      }
      const first = bundles.now()!
      const { made, refused } = await by(first, {})
      // A later page of a session has its ranking.
      const again =
        refused && request.cursor === undefined ? await bundles.next(first, ends) : undefined
      const page = again === undefined ? made : (await by(again, { deadline: ends })).made
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
        links.close()
      },
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
