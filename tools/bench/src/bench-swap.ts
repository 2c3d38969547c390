import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { deriveBundle, pointers, promoteBundle, signingKey } from '@explore/adapters'
import { embeddedService, type Home, openStores } from '@explore/embedded'
import { Catalogue, ExploreError, randomOf } from '@explore/explore'
import { rm } from 'node:fs/promises'
import type { Figure } from './figures.ts'
import { metronome } from './metronome.ts'
import { closedLoop, type Latencies, openLoop } from './open-loop.ts'
import { median, rangeOf } from './statistics.ts'

const LIMIT = 20
/** A window of some hundred requests has a p99 of chance: it takes several. */
const REPEATS = 7
const WARM_UP = 3
/** Of the saturation: a machine that is full anyway has no room to load in. */
const LOAD = 0.25
const SAMPLE_MS = 20

/** Latency while a running server takes over another bundle, against the same load without; and what memory it takes. */
export const benchSwap = async (
  home: Home,
  users: readonly string[],
  seconds: number,
): Promise<readonly Figure[]> => {
  const { current, previous } = await pointers(home.bundles)
  if (current === undefined) throw new ExploreError('BUNDLE_MISSING', 'this home has no models')
  const twin = await copyOf(home, current)
  const threads = availableParallelism()
  const service = await embeddedService(home, { wall: Date.now, threads, onError: () => {} })
  const { now, until, close } = metronome()
  const random = randomOf('bench swap')
  const send = (turn: number) => service.page({ userId: users[turn % users.length]!, limit: LIMIT })
  const servedBy = async (id: string): Promise<void> => {
    while ((await service.health()).bundle !== id) await setTimeout(SAMPLE_MS)
  }
  const loadFor = (perSecond: number, length: number): Promise<Latencies> =>
    openLoop(send, { now, until }, { perSecond, seconds: length, random })
  try {
    await service.warm()
    await closedLoop(send, now, { concurrency: threads * 2, seconds: WARM_UP })
    const full = await closedLoop(send, now, { concurrency: threads * 2, seconds: WARM_UP })
    const perSecond = full.perSecond * LOAD
    const runs: {
      ratio: number
      steady: Latencies
      swap: Latencies
      took: number
      peak: number
    }[] = []
    let serving = current
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const steady = await loadFor(perSecond, seconds)
      const next = serving === current ? twin : current
      const memory = peakMemory()
      const start = now()
      let took = 0
      const swapped = promoteBundle(home.bundles, next)
        .then(() => servedBy(next))
        .then(() => void (took = (now() - start) / 1000))
      const swap = await loadFor(perSecond, seconds)
      await swapped
      runs.push({ ratio: swap.p99 / steady.p99, steady, swap, took, peak: memory.stop() })
      serving = next
    }
    const of = (pick: (run: (typeof runs)[number]) => number): number[] => runs.map(pick)
    const ratios = of(run => run.ratio)
    return [
      {
        name: 'p99 during a swap ÷ steady',
        value: median(ratios),
        unit: 'ratio',
        bound: { most: 1.5 },
        note: `median of ${REPEATS} swaps at ${LOAD * 100} % load, windows of ${seconds} s, ${rangeOf(ratios)}`,
      },
      {
        name: 'p99 steady, then in a swap',
        value: median(of(run => run.swap.p99)),
        unit: 'ms',
        note: `steady ${median(of(run => run.steady.p99)).toFixed(1)} ms; ${runs.reduce((n, run) => n + run.swap.errors, 0)} errors`,
      },
      {
        name: 'a swap takes',
        value: median(of(run => run.took)),
        unit: 's',
        note: 'from the promotion to the first page of the new bundle, polling included',
      },
      {
        name: 'memory peak of a swap ÷ before',
        value: median(of(run => run.peak)),
        unit: 'ratio',
        note: 'resident; models and tables of both',
      },
    ]
  } finally {
    await close()
    await service.close()
    // As it was found.
    await promoteBundle(home.bundles, current)
    if (previous !== undefined && existsSync(join(home.bundles, previous))) {
      await promoteBundle(home.bundles, previous)
      await promoteBundle(home.bundles, current)
    }
    await rm(join(home.bundles, twin), { recursive: true })
  }
}

/** The same bundle by another name: what a swap costs is not the difference between models. */
export const copyOf = async (home: Home, bundle: string): Promise<string> => {
  const { profiles, state, close } = await openStores(home)
  try {
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const id = `bench-${Date.now()}`
    await deriveBundle(home.bundles, bundle, {
      ...{ id, createdAt: Date.now(), models: {}, catalogue, now: Date.now },
      counters: items => state.counters(items),
      key: await signingKey(home.key),
    })
    return id
  } finally {
    await close()
  }
}

/** The most resident memory until it is stopped, over that at its start. */
const peakMemory = (): { readonly stop: () => number } => {
  const before = process.memoryUsage.rss()
  let peak = before
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return peak / before
    },
  }
}
