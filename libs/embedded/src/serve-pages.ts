import { join } from 'node:path'
import { shareBundle, type SharedBundle, verifyingKey } from '@explore/adapters'
import { hash32, type Settings, type StepTrace } from '@explore/explore'
import { collectGarbage } from './collect-garbage.ts'
import { logFeatures } from './features/feature-log.ts'
import { servedFeatures } from './features/served-features.ts'
import type { Home } from './home.ts'
import type { SettingsInForce } from './live-settings.ts'
import { pageEngine } from './page-engine.ts'
import type { LoadTask, MadePage, Making, PageTask } from './page-thread.ts'
import { addressesOf, HOME, openStores } from './stores.ts'

/** Makes pages on this thread, from the home's stores and the bundle that it is told to load. */
export const servePages = async (home: Home) => {
  /** The clock of the last call: a thread has none of its own. */
  let clock = 0
  let last: SettingsInForce | undefined
  /** The engine keeps what it made for settings that are the same object: a message's are always another. */
  const settingsOf = (inForce: SettingsInForce): Settings => {
    if (last?.version !== inForce.version) last = inForce
    return last.settings
  }
  // A page needs no log: where that is a bus, a thread has no business with it.
  const addresses = addressesOf(process.env)
  const onBus = addresses.events !== HOME
  const stores = await openStores(home, { ...addresses, events: HOME })
  const engine = pageEngine(stores, () => clock)

  const pageOf = async ({ request, call }: PageTask, settings: Settings): Promise<MadePage> => {
    const page = () => engine.page(request, call, settings)
    if (hash32(call.requestId) / 2 ** 32 >= settings['features.logShare']) {
      return { page: await page() }
    }
    if (onBus) {
      const [made, features] = await engine.tap.during(page)
      if (features === undefined) return { page: made }
      const { catalogueId } = stores.profiles
      return { page: made, features: servedFeatures(made, features, engine.catalogue, catalogueId) }
    }
    const offset = await stores.state.watermark()
    const [made, features] = await engine.tap.during(page)
    // A page during which something was folded saw neither the one state nor the other.
    if (features !== undefined && offset === (await stores.state.watermark())) {
      const items = Uint32Array.from(features.candidates.items, id => id - 1)
      const facts = {
        requestId: call.requestId,
        user: request.userId,
        now: call.now,
        offset,
        items,
      }
      const [surface] = features.viewer.surface
      const catalogue = engine.catalogue.version
      // A page is not lost for want of its record.
      await logFeatures(home.features, {
        ...facts,
        ...features,
        surface: surface!,
        catalogue,
      }).catch(() => {})
    }
    return { page: made }
  }

  return {
    load: async ({ bundle, shared, now, inForce }: LoadTask): Promise<SharedBundle | undefined> => {
      clock = now
      const tables = shared ?? (await readBundle(home, bundle))
      await engine.prepare(tables)
      // Where nobody serves yet, someone waits for the first page.
      if (engine.bundle() !== undefined) await engine.rehearse(settingsOf(inForce))
      return tables
    },

    takeOver: engine.takeOver,
    tidy: collectGarbage,

    page: async (task: PageTask): Promise<MadePage & Making> => {
      clock = task.call.now
      const startedAt = performance.timeOrigin + performance.now()
      let steps: readonly StepTrace[] = []
      const traced = (trace: { readonly steps: readonly StepTrace[] }): void =>
        void (steps = trace.steps)
      const call = task.watched ? { ...task.call, traced } : task.call
      return { ...(await pageOf({ ...task, call }, settingsOf(task.inForce))), steps, startedAt }
    },
  }
}

export type PageServer = Awaited<ReturnType<typeof servePages>>

const readBundle = async (
  home: Home,
  bundle: string | undefined,
): Promise<SharedBundle | undefined> => {
  if (bundle === undefined) return undefined
  const key = await verifyingKey(home.key)
  return shareBundle(join(home.bundles, bundle), { ...(key && { key }) })
}
