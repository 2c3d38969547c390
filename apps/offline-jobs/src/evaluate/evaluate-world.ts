import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentBundle } from '@explore/adapters'
import { type Home, homeAt, openStores, type Progress } from '@explore/embedded'
import { offPeak } from '@explore/embedded/off-peak'
import { trainBundle } from '@explore/embedded/train-bundle'
import {
  compare,
  createWorld,
  type Estimate,
  fidelity,
  joinImpressions,
  type FidelityRow,
  oraclePolicy,
  type Outcome,
  type Policy,
  popularPolicy,
  randomPolicy,
  renderComparison,
  renderFidelity,
  type World,
} from '@explore/world'
import { makeDemo } from '../demo.ts'
import { funnelArms } from './arms.ts'
import { funnelPolicy } from './funnel-policy.ts'

export interface EvaluateWorldOptions {
  /** Paired runs: seed 1 to this. */
  readonly seeds: number
  readonly days: number
  /** Viewers who visit in the simulation. */
  readonly users: number
  readonly items: number
  readonly population: number
  /** Arms to run besides random, popular, funnel and oracle; all of them where undefined. */
  readonly arms?: readonly string[]
  readonly seed: number
  /** The world's present: fixed, so that a run can be repeated. */
  readonly now: number
}

export interface WorldReport {
  readonly fidelity: readonly FidelityRow[]
  readonly estimates: readonly Estimate[]
  /** Both as text. */
  readonly tables: readonly string[]
}

const ALWAYS = ['funnel', 'funnel again (A/A)']

/**
 * Closed loop in the simulated world: trains on the logging policy's history, then lets every arm serve the same
 * viewers with the same luck, each on its own copy of the state.
 */
export const evaluateWorld = async (
  options: EvaluateWorldOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<WorldReport> => {
  const { seed, now, items, population, users, days, seeds } = options
  const scratch = mkdtempSync(
    join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'explore-world-'),
  )
  try {
    const world = createWorld({ seed, now, items, users: population })
    const home = homeAt(join(scratch, 'home'))
    await makeDemo(home, { seed, now, items, users: population, signal }, progress)
    await trainBundle(home, { seed, wall: () => now, signal }, progress)
    await offPeak(home, { wall: () => now, pages: false, signal }, progress)

    const arms = funnelArms().filter(
      ({ name }) => ALWAYS.includes(name) || (options.arms ?? [name]).includes(name),
    )
    const outcomes: Outcome[] = []
    const total = seeds * (arms.length + 3)
    const run = async (policy: Policy, runSeed: number): Promise<void> => {
      signal.throwIfAborted()
      progress('simulate', outcomes.length / total, `${policy.name}, seed ${runSeed}`)
      outcomes.push(await world.simulation({ seed: runSeed, days, users }).run(policy))
    }
    for (let runSeed = 1; runSeed <= seeds; runSeed++) {
      for (const policy of plainArms(world, runSeed)) await run(policy, runSeed)
      for (const arm of arms) {
        await onCopyOf(home, scratch, async (stores, bundleDir) => {
          const policy = await funnelPolicy(arm, { stores, bundleDir, seed: runSeed })
          await run(policy, runSeed)
          await policy.close()
        })
      }
    }
    progress('simulate', 1)
    const rows = fidelity(joinImpressions(world.history()))
    const estimates = compare(outcomes, { baseline: 'funnel' })
    const tables = [renderFidelity(rows), renderComparison(estimates)]
    return { fidelity: rows, estimates, tables }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const plainArms = (world: World, seed: number): readonly Policy[] => [
  randomPolicy(world, { seed }),
  popularPolicy(world),
  oraclePolicy({ seed }),
]

/** Runs `work` on a copy of the home's state, which is gone afterwards. */
const onCopyOf = async (
  home: Home,
  scratch: string,
  work: (stores: Awaited<ReturnType<typeof openStores>>, bundleDir: string) => Promise<void>,
): Promise<void> => {
  const copy = homeAt(join(scratch, 'arm'))
  cpSync(home.db, copy.db, { recursive: true })
  const stores = await openStores(copy)
  try {
    await work(stores, join(home.bundles, (await currentBundle(home.bundles))!))
  } finally {
    await stores.close()
    rmSync(copy.path, { recursive: true, force: true })
  }
}
