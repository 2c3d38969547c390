import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { shareBundle, type SharedBundle, verifyingKey } from '@explore/adapters'
import { type Explorer, hash32, type StepTrace } from '@explore/explore'
import { logFeatures } from './features/feature-log.ts'
import { servedFeatures } from './features/served-features.ts'
import { pageEngine } from './page-engine.ts'
import type { MadePage, PageResult, PageTask, ThreadData } from './page-thread.ts'
import { addressesOf, HOME, openStores } from './stores.ts'
import { packError } from './thread-error.ts'

/** Rankings after which a thread's code is compiled: its first pages take ten times as long as later ones. */
const WARM_RANKINGS = 150
const WARM_MS = 3000

/** Loads the thread's bundle, from what another thread shares where one does, and serves pages from it. */
export const servePages = async (
  data: ThreadData,
  given: SharedBundle | undefined,
  signal: AbortSignal,
) => {
  const { home, bundle } = data
  /** The clock of the last call: a thread has none of its own. */
  let clock = data.now
  let { inForce } = data
  // A page needs no log: where that is a bus, a thread has no business with it.
  const addresses = addressesOf(process.env)
  const onBus = addresses.events !== HOME
  const stores = await openStores(home, { ...addresses, events: HOME })
  const engine = pageEngine(stores, () => clock)
  const shared =
    bundle === undefined
      ? undefined
      : (given ?? (await readBundle(home, join(home.bundles, bundle))))
  if (shared !== undefined) await engine.load(shared)
  const explorer = await engine.ready(inForce.settings)
  if (data.warm) {
    const users = await stores.state.userIds(undefined, WARM_RANKINGS)
    await warmUp(explorer, users, clock, signal)
  }

  const pageOf = async ({ request, call }: PageTask): Promise<MadePage> => {
    const page = () => engine.page(request, call, inForce.settings)
    if (hash32(call.requestId) / 2 ** 32 >= inForce.settings['features.logShare']) {
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

  const serve = async (task: PageTask): Promise<PageResult> => {
    clock = task.call.now
    // The engine keeps what it made for settings that are the same object: a message's are always another.
    if (inForce.version !== task.inForce.version) inForce = task.inForce
    const startedAt = performance.timeOrigin + performance.now()
    let steps: readonly StepTrace[] = []
    const traced = (trace: { readonly steps: readonly StepTrace[] }): void =>
      void (steps = trace.steps)
    try {
      const call = task.watched ? { ...task.call, traced } : task.call
      return { ...(await pageOf({ ...task, call })), steps, startedAt }
    } catch (error) {
      return { error: packError(error) }
    }
  }
  return { shared, serve }
}

const readBundle = async (home: ThreadData['home'], dir: string): Promise<SharedBundle> => {
  const key = await verifyingKey(home.key)
  return shareBundle(dir, { ...(key && { key }) })
}

/** Ranks for viewers who get nothing, half of the time: the other half is for whom the machine serves. */
const warmUp = async (
  explorer: Explorer,
  users: readonly string[],
  now: number,
  signal: AbortSignal,
): Promise<void> => {
  const start = performance.now()
  for (let i = 0; i < WARM_RANKINGS && users.length > 0 && !signal.aborted; i++) {
    const began = performance.now()
    if (began - start > WARM_MS) return
    // What fails here fails again where someone waits for it, and is told there.
    await explorer
      .ranking(users[i % users.length]!, { now, requestId: `warm-${i}` })
      .catch(() => {})
    await setTimeout(performance.now() - began)
  }
}
