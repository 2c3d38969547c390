import { rng } from '@explore/learn'
import { labOf } from './lab.ts'
import { measure } from './measure.ts'
import { ease, MOST_ITEMS } from './methods/ease.ts'
import { towerOptions } from './methods/index.ts'
import { itemCf } from './methods/item-cf.ts'
import { twoTowerMethod } from './methods/two-tower.ts'
import type { Params } from './params.ts'
import { mean } from './result-tables.ts'
import type { Method } from './scorer.ts'
import type { RetrievalTask } from './task.ts'

const LAMBDAS = [30, 100, 300, 1000, 3000]
const HALF_LIVES = [3, 10, 30, 1000]

/** What the search draws the towers' hyperparameters from. */
const TOWERS = {
  batch: [256, 512, 1024],
  uniform: [0, 1, 2],
  ahead: [1, 2, 4, 8],
  rate: [0.001, 0.002, 0.004, 0.006],
  temperature: [0.04, 0.05, 0.07, 0.1],
  idDropout: [0.1, 0.2, 0.4],
} as const satisfies Partial<Record<keyof Params, readonly number[]>>

/**
 * Hyperparameters by Recall@`cut` on the validation part: the baselines' by a grid, the towers' by `trials` random
 * draws, the given ones first (random search, Bergstra & Bengio, 2012). The test is not looked at.
 */
export const tune = async (
  task: RetrievalTask,
  given: Params,
  {
    trials,
    cut,
    onProgress,
    signal,
  }: {
    readonly trials: number
    readonly cut: number
    readonly onProgress: (stage: string, fraction: number, note?: string) => void
    readonly signal: AbortSignal
  },
): Promise<Params> => {
  const lab = labOf(task, towerOptions(given))
  const grids = [HALF_LIVES.length, task.data.catalogue.size <= MOST_ITEMS ? LAMBDAS.length : 0]
  const steps = grids.reduce((a, b) => a + b) + trials
  let step = 0
  const quality = async (method: Method): Promise<number> => {
    signal.throwIfAborted()
    const scorer = await method.fit(lab, { seed: 1, signal, onProgress: () => {} })
    const { recall } = await measure(scorer, task.validation, task.pool, [cut])
    await scorer.release?.()
    const value = mean(recall.get(cut)!)
    onProgress('tune', ++step / steps, `${method.name}: ${value.toFixed(4)}`)
    return value
  }
  const best = async <T>(values: readonly T[], method: (value: T) => Method): Promise<T> => {
    let top = { value: values[0] as T, quality: -1 }
    for (const value of values) {
      const found = await quality(method(value))
      if (found > top.quality) top = { value, quality: found }
    }
    return top.value
  }
  const halfLife = await best(HALF_LIVES, itemCf)
  const lambda = grids[1]! > 0 ? await best(LAMBDAS, ease) : given.lambda
  const random = rng(1).fork('tune')
  const drawn = Array.from({ length: trials }, (_, trial): Partial<Params> =>
    trial === 0
      ? {}
      : Object.fromEntries(
          Object.entries(TOWERS).map(([name, values]) => [name, values[random.int(values.length)]]),
        ),
  )
  const towers = await best(drawn, options => twoTowerMethod('two towers', options))
  const { epoch } = await lab.towers({ seed: 1, ...towers }, () => {}, signal)
  return { ...given, ...towers, epochs: epoch, halfLife, lambda }
}
