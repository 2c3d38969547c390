import { metricsOf } from './metrics.ts'
import { metricsServer } from './metrics-server.ts'

/** What a service of the fleet tells of itself. */
export interface StageVitals {
  readonly ready: () => boolean
  readonly bundle: () => string | undefined
}

/** The metrics of a service of the fleet, served where `port` is given. */
export const stageMetrics = async (
  vitals: StageVitals,
  { host, port }: { readonly host: string; readonly port: number | undefined },
) => {
  const metrics = metricsOf('stage')
  metrics.collect(() => {
    metrics.set('explore_ready', {}, vitals.ready() ? 1 : 0)
    metrics.reset('explore_bundle_info')
    const bundle = vitals.bundle()
    if (bundle !== undefined) metrics.set('explore_bundle_info', { bundle }, 1)
  })
  const server = port === undefined ? undefined : await metricsServer(metrics, { host, port })
  return {
    url: server?.url,
    /** Counts a call; to be given to the server of calls. */
    called: (method: string, code: string, ms: number): void => {
      metrics.count('explore_calls_total', { method, code })
      metrics.observe('explore_call_seconds', { method }, ms / 1000)
    },
    close: async (): Promise<void> => {
      metrics.close()
      await server?.close()
    },
  }
}
