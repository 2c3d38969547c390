import { runStream } from '@explore/adapters'
import { addressesOf, HOME, type Home, loadSettings, openStores, problems } from '@explore/embedded'
import type { ExploreError } from '@explore/explore'
import { collectStream, metricsOf } from '@explore/observe'
import { healthPort } from '@explore/rpc'
import { alive, healthServer } from './health-server.ts'

export interface StreamServer {
  /** Where its health is told. */
  readonly url: string
  /** Rejects when it cannot go on. */
  readonly failed: Promise<never>
  /** Finishes what is under way, leaves the group, closes the stores. */
  readonly close: () => Promise<void>
}

/** The stream processor with its health: folds what is on the bus into the stores that the environment names. */
export const serve = async (
  home: Home,
  bus: string,
  address: { readonly host: string; readonly port: number },
): Promise<StreamServer> => {
  const settings = loadSettings(home.settings, process.env)
  const found = problems(error => console.error(`stream-processor: ${error.message}`))
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const addresses = { ...addressesOf(process.env), events: HOME }
  const { state, profiles, close: closeStores } = await openStores(home, addresses)
  const stream = await runStream(bus, {
    ...{ state, profiles, settings: () => settings, now: Date.now },
    problemsOf: found.of,
    onFatal: (error: ExploreError) => failed.reject(error),
  })
  const metrics = metricsOf('stream-processor')
  collectStream(metrics, stream, Date.now)
  const vitals = { ...stream, problems: found.messages, metrics }
  const told = await healthServer(vitals, { ...address, now: Date.now })
  const health = await healthPort(process.env, address.host)
  await health.follow(() => alive(vitals, Date.now()))
  return {
    url: told.url,
    failed: failed.promise,
    close: async () => {
      health.close()
      await told.close()
      await stream.close()
      metrics.close()
      await closeStores()
    },
  }
}
