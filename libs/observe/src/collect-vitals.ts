import { type Compared, type Health, HEADS } from '@explore/explore'
import type { Metrics } from './metrics.ts'

/** What is known of a gateway when one looks. */
export interface Watched {
  readonly health: () => Promise<Health>
  readonly vitals: () => Promise<Vitals>
  readonly pages: { readonly limit: () => number; readonly running: () => number }
}

/** What a server of pages knows of itself beside its health. */
export interface Vitals {
  /** Pages that wait for a thread. */
  readonly waiting: number
  /** Bundles that took over from another. */
  readonly swaps: number
  /** When the bundle in force was made, in milliseconds since 1970; undefined without one. */
  readonly bundleMadeAt: number | undefined
  /** What was predicted and what happened, where this process folds. */
  readonly compared: Compared | undefined
}

/** Has the gateway's gauges tell of it what is so when they are read. */
export const collectVitals = (
  metrics: Metrics,
  { health, vitals, pages }: Watched,
  now: () => number,
): void =>
  metrics.collect(async () => {
    const { ready, bundle, items, lag, problems } = await health()
    const { waiting, swaps, bundleMadeAt, compared } = await vitals()
    metrics.set('explore_ready', {}, ready ? 1 : 0)
    metrics.set('explore_items', {}, items)
    metrics.set('explore_lag_events', {}, lag)
    metrics.set('explore_problems', {}, problems.length)
    metrics.set('explore_pages_waiting', {}, waiting)
    metrics.set('explore_pages_running', {}, pages.running())
    metrics.set('explore_pages_limit', {}, pages.limit())
    metrics.total('explore_bundle_swaps_total', {}, swaps)
    if (compared !== undefined) tellCompared(metrics, compared)
    metrics.reset('explore_bundle_info')
    metrics.reset('explore_bundle_age_seconds')
    if (bundle !== null) metrics.set('explore_bundle_info', { bundle }, 1)
    if (bundleMadeAt !== undefined) {
      metrics.set('explore_bundle_age_seconds', {}, Math.max(0, now() - bundleMadeAt) / 1000)
    }
  })

/** What the second stage predicted of items that were shown, and what happened, head by head. */
export const tellCompared = (metrics: Metrics, { predicted, happened }: Compared): void => {
  for (const head of HEADS) {
    metrics.total('explore_predicted_total', { head }, predicted[head])
    metrics.total('explore_happened_total', { head }, happened[head])
  }
}
