import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { currentBundle } from '@explore/adapters'
import {
  clockFor,
  embeddedService,
  type Home,
  loadSettings,
  openStores,
  pageEngine,
  type Progress,
} from '@explore/embedded'
import { decodeUserState, ExploreError, randomOf, viewerOf } from '@explore/explore'
import { cpuMs, type Figure, median } from './figures.ts'
import { kernels, sumOfKernels } from './kernels.ts'
import { openLoop, saturation } from './open-loop.ts'

const WARM_UP = 150
const REQUESTS = 200
const ROUNDS = 5
const LIMIT = 20

/** CPU per page against the sum of its kernels, and latency under open load against the service time. */
export const benchServe = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const users = await someUsers(home)
  const cost = await cpuPerPage(home, users, progress)
  const latency = await underLoad(home, users, seconds, progress)
  return [...cost, ...latency]
}

/** Users with a history, the same ones in every run on the same home. */
const someUsers = async (home: Home): Promise<readonly string[]> => {
  const { state, close } = await openStores(home)
  try {
    const ids = await state.userIds(undefined, 5_000)
    if (ids.length === 0) throw new ExploreError('TRAIN_DATA', 'no user of this home has a history')
    const random = randomOf('bench users')
    return Array.from({ length: 500 }, () => ids[Math.floor(random() * ids.length)]!)
  } finally {
    await close()
  }
}

const cpuPerPage = async (
  home: Home,
  users: readonly string[],
  progress: Progress,
): Promise<readonly Figure[]> => {
  const stores = await openStores(home)
  const { state, profiles } = stores
  const { now } = await clockFor(stores.log, Date.now)
  const settings = loadSettings(home.settings, {})
  const engine = pageEngine(stores, async id => join(home.bundles, id), now)
  try {
    const id = await currentBundle(home.bundles)
    if (id === undefined) throw new ExploreError('BUNDLE_MISSING', 'this home has no models')
    let turn = 0
    const page = () => {
      const userId = users[turn++ % users.length]!
      const call = { now: now(), wall: Date.now(), requestId: randomUUID() }
      return engine.page({ userId, limit: LIMIT }, call, settings, id)
    }
    progress('bench', 0.1, 'CPU per page')
    for (let i = 0; i < WARM_UP; i++) await page()
    const one = await page()

    // Kernels and whole pages take turns: a slow minute of the machine must hit both.
    const { catalogue } = engine
    const [bytes] = await state.users([one.userId])
    const user = await profiles.user(one.userId)
    const facts = { id: one.userId, state: decodeUserState(bytes!), user, now: now() }
    const viewer = viewerOf(facts, catalogue, settings)
    const ratios: number[] = []
    const pages: number[] = []
    let last: readonly Figure[] = []
    for (let round = 0; round < ROUNDS; round++) {
      last = await kernels(
        { state, catalogue, bundle: engine.bundle()! },
        viewer,
        one,
        settings,
        now(),
      )
      const start = cpuMs()
      for (let i = 0; i < REQUESTS; i++) JSON.stringify(await page())
      pages.push((cpuMs() - start) / REQUESTS)
      ratios.push(pages.at(-1)! / sumOfKernels(last))
      progress('bench', 0.1 + (0.4 * (round + 1)) / ROUNDS, 'CPU per page')
    }
    return [
      ...last,
      { name: 'K, sum of kernels', value: sumOfKernels(last), unit: 'ms CPU' },
      {
        name: 'page, whole',
        value: median(pages),
        unit: 'ms CPU',
        note: `${users.length} viewers, ${LIMIT} items`,
      },
      {
        name: 'CPU per request ÷ kernels',
        value: median(ratios),
        unit: 'ratio',
        bound: { most: 2 },
        note: `median of ${ROUNDS} rounds`,
      },
    ]
  } finally {
    await engine.close()
    await stores.close()
  }
}

const underLoad = async (
  home: Home,
  users: readonly string[],
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const threads = availableParallelism()
  const service = await embeddedService(home, { wall: Date.now, threads, onError: () => {} })
  try {
    const send = (turn: number) =>
      service.page({ userId: users[turn % users.length]!, limit: LIMIT })
    progress('bench', 0.55, 'saturation')
    await saturation(send, { concurrency: threads * 2, seconds: 3 })
    const peak = await saturation(send, {
      concurrency: threads * 2,
      seconds: Math.max(3, seconds / 3),
    })
    const start = cpuMs()
    const before = performance.now()
    const alone = await saturation(send, { concurrency: 1, seconds: 3 })
    const cpu = cpuMs() - start
    const serviceTime = cpu / ((alone * (performance.now() - before)) / 1000)
    progress('bench', 0.75, 'open loop at half of saturation')
    const load = await openLoop(send, {
      perSecond: peak / 2,
      seconds,
      random: randomOf('bench arrivals'),
    })
    return [
      {
        name: 'saturation',
        value: peak,
        unit: 'pages/s',
        note: `${threads} page threads, ${threads * 2} callers`,
      },
      {
        name: 'service time',
        value: serviceTime,
        unit: 'ms CPU',
        note: 'one caller, thread hop included',
      },
      {
        name: 'p50 at 50 %',
        value: load.p50,
        unit: 'ms',
        note: `open loop, ${load.requests} requests, ${load.errors} errors`,
      },
      {
        name: 'p99 at 50 %',
        value: load.p99,
        unit: 'ms',
        note: `generator lag p99 ${load.generatorLagP99.toFixed(2)} ms`,
      },
      {
        name: 'p99 ÷ service time',
        value: load.p99 / serviceTime,
        unit: 'ratio',
        bound: { most: 5 },
      },
    ]
  } finally {
    await service.close()
  }
}
