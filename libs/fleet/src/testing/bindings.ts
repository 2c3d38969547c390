import { verifyingKey } from '@explore/adapters'
import {
  type EmbeddedStores,
  type Home,
  openStores,
  pageEngine,
  type PagePoolOptions,
} from '@explore/embedded'
import { join } from 'node:path'
import type { Page, PageCall, PageRequest, Settings } from '@explore/explore'
import { fleetPages } from '../fleet-pages.ts'
import type { StageAddresses } from '../stage-environment.ts'
import { stageLinks } from '../stage-links.ts'

/** One way to run the funnel. */
export interface Binding {
  readonly name: string
  readonly page: (request: PageRequest, call: PageCall) => Promise<Page>
  readonly close: () => Promise<void>
}

/** All of it in this thread. */
export const inProcess = async (
  home: Home,
  bundle: string,
  settings: Settings,
  now: number,
): Promise<Binding> => {
  let clock = now
  const stores: EmbeddedStores = await openStores(home)
  const engine = pageEngine(stores, () => clock)
  const key = await verifyingKey(home.key)
  await engine.load(join(home.bundles, bundle), { ...(key && { key }) })
  return {
    name: 'in process',
    page: (request, call) => {
      clock = call.now
      return engine.page(request, call, settings)
    },
    close: async () => {
      await engine.close()
      await stores.close()
    },
  }
}

/** By a pool of pages, whose calls are given from outside. */
export const pooled = async (
  name: string,
  pool: (options: PagePoolOptions) => ReturnType<ReturnType<typeof fleetPages>>,
  bundle: string,
  settings: Settings,
  now: number,
): Promise<Binding> => {
  let call: PageCall = { now, wall: now, requestId: 'warm' }
  const inForce = { settings, version: 0 }
  const pages = pool({
    threads: 1,
    wanted: { current: bundle, previous: undefined },
    task: () => ({ call, inForce }),
    tell: (serving, problem) => {
      if (problem || serving !== bundle) console.error(name, serving, problem?.message)
    },
  })
  await pages.ready()
  return {
    name,
    page: (request, next) => {
      call = next
      return pages.page(request)
    },
    close: pages.close,
  }
}

/** Over gRPC, with stages at `addresses`. */
export const overGrpc = (
  name: string,
  home: Home,
  addresses: StageAddresses,
  ...rest: readonly [bundle: string, settings: Settings, now: number]
): Promise<Binding> =>
  pooled(name, options => fleetPages(stageLinks(addresses, Date.now))(home, options), ...rest)
