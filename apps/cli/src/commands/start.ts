import { currentBundle, hnswAvailable } from '@explore/adapters'
import { type Home, homeAt, lockHome, openStores, type Progress } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { serve, untilStopped } from '@explore/gateway'
import { runJob } from '@explore/offline-jobs'
import { offPeakDaily } from '../off-peak-daily.ts'
import { progressView } from '../terminal/progress-view.ts'
import { welcome } from '../terminal/welcome.ts'

export interface StartOptions {
  readonly home: string
  readonly host: string
  readonly port: string
  readonly threads?: string
  readonly demo: boolean
  readonly demoItems: string
  readonly demoUsers: string
  readonly seed: string
}

/** Prepares what the home lacks (demo, models, lists), serves until stopped, drains and closes. */
export const start = async (options: StartOptions): Promise<void> => {
  const port = portOf(options.port)
  const home = homeAt(options.home)
  const lock = await lockHome(home, 'start')
  const hnsw = hnswAvailable()
  if (!hnsw.available) console.error(`explore: exact search instead of HNSW: ${hnsw.reason}`)
  const view = progressView(process.stderr, Date.now)
  try {
    await prepare(home, options, view.progress)
  } finally {
    view.end()
  }

  const gateway = await serve(home, {
    host: options.host,
    port,
    ...(options.threads !== undefined && { threads: Number(options.threads) }),
  })
  lock.holder.url = gateway.url
  console.log(await welcome(gateway.service, gateway.url, home.path))
  const offPeak = offPeakDaily(home)
  await untilStopped()
  console.error('explore: draining …')
  offPeak.stop()
  await gateway.close()
  await lock.release()
}

const portOf = (text: string): number => {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new ExploreError('USAGE', `${text} is no port: a whole number from 0 to 65535`, {
    field: 'port',
  })
}

/** First start: the demo world where there are no items, models where there are none, lists ahead of requests. */
const prepare = async (home: Home, options: StartOptions, progress: Progress): Promise<void> => {
  if (options.demo && (await isEmpty(home))) {
    await runJob(
      'demo',
      home,
      {
        seed: Number(options.seed),
        items: Number(options.demoItems),
        users: Number(options.demoUsers),
      },
      progress,
    )
  }
  if ((await currentBundle(home.bundles)) !== undefined || (await isEmpty(home))) return
  await runJob('train', home, { seed: Number(options.seed) }, progress)
  await runJob('off-peak', home, { pages: false }, progress)
}

const isEmpty = async (home: Home): Promise<boolean> => {
  const stores = await openStores(home)
  try {
    return (await stores.profiles.items(-1, 1)).length === 0
  } finally {
    await stores.close()
  }
}
