import { currentBundle, hnswAvailable } from '@explore/adapters'
import {
  finishPendingImport,
  type Home,
  homeAt,
  lockHome,
  openStores,
  type Progress,
} from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { expectPortFree, serve, untilStopped } from '@explore/gateway'
import { runJob } from '@explore/offline-jobs'
import { offPeakDaily } from '../off-peak-daily.ts'
import { verdictOf } from '../terminal/gates-table.ts'
import { progressView } from '../terminal/progress-view.ts'
import { welcome } from '../terminal/welcome.ts'

export interface StartOptions {
  readonly home: string
  readonly host: string
  readonly port: number
  readonly grpcPort?: number
  readonly threads?: number
  /** Else it ends when all is prepared. */
  readonly serve: boolean
  readonly demo: boolean
  readonly demoItems: number
  readonly demoUsers: number
  readonly seed: number
}

/** Prepares what the home lacks (demo, models, lists), serves until stopped, drains and closes. */
export const start = async (options: StartOptions): Promise<void> => {
  const { host, port, grpcPort, threads, serve: serving } = options
  const home = homeAt(options.home)
  const lock = await lockHome(home, 'start')
  if (serving) await expectPortFree({ host, port })
  const hnsw = hnswAvailable()
  if (!hnsw.available) console.error(`explore: exact search instead of HNSW: ${hnsw.reason}`)
  const view = progressView(process.stderr, Date.now)
  try {
    await prepare(home, options, view.progress)
  } finally {
    view.end()
  }
  if (!serving) return lock.release()

  const gateway = await serve(home, { host, port, grpcPort, threads })
  const stopped = untilStopped()
  lock.holder.url = gateway.url
  console.log(await welcome(gateway.service, gateway.url, home))
  if (gateway.grpcUrl !== undefined) console.log(`  gRPC             ${gateway.grpcUrl}\n`)
  const offPeak = offPeakDaily(home)
  await stopped
  console.error('explore: draining …')
  offPeak.stop()
  await gateway.close()
  await lock.release()
}

/** First start: the demo world where there is nothing, models where there are none, lists ahead of requests. */
const prepare = async (
  home: Home,
  { seed, demo, demoItems, demoUsers }: StartOptions,
  progress: Progress,
): Promise<void> => {
  await finishPendingImport(home, progress)
  if (demo && (await isEmpty(home))) {
    await runJob('demo', home, { seed, items: demoItems, users: demoUsers }, progress)
  }
  if ((await currentBundle(home.bundles)) !== undefined || (await isEmpty(home))) return
  try {
    const { promotion } = await runJob('train', home, { seed }, progress)
    if (!promotion.promoted) {
      console.error(`explore: serving without models. ${verdictOf(promotion)}`)
      return
    }
  } catch (error) {
    // Trending, fresh and popular items make pages too, until there is enough to learn from.
    if (!(error instanceof ExploreError) || error.code !== 'TRAIN_DATA') throw error
    console.error(`explore: serving without models: ${error.message}`)
    return
  }
  await runJob('off-peak', home, { pages: false }, progress)
}

/** Whether the home has neither items nor events. */
const isEmpty = async (home: Home): Promise<boolean> => {
  const { profiles, log, close } = await openStores(home)
  try {
    return (await profiles.items(-1, 1)).length === 0 && (await log.end()) === 0
  } finally {
    await close()
  }
}
