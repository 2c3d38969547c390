import { type Home, loadSettings, type Progress } from '@explore/embedded'
import {
  distil,
  type FitProgress,
  secondStageScorer,
  trainSecondStage,
  trainTwoTower,
} from '@explore/learn'
import { cpuMs } from './cpu-time.ts'
import type { Figure } from './figures.ts'
import { gemmRate } from './gemm-rate.ts'
import { latestExamples } from './latest-examples.ts'
import { median, rangeOf } from './statistics.ts'

/** Examples are made of so many of the log's latest events. */
const EVENTS = 200_000
const REPEATS = 5
const WARM_UP = 10
const STEPS = 40

/** How a model's training is begun; it is stopped when enough was measured. */
type Begin = (options: {
  readonly onStep: (progress: FitProgress) => void
  readonly signal: AbortSignal
}) => Promise<unknown>

/**
 * Training speed of each model over the bound that its arithmetic sets: examples per second, times 6 FLOP per weight,
 * over the FLOP rate of a matrix product by the same runtime, measured before and after. CPU time on one core, so that
 * what else the machine does is not in it. Reading examples, feeds, gathers, losses and the optimiser are.
 */
export const benchTraining = async (home: Home, progress: Progress): Promise<readonly Figure[]> => {
  const examples = await latestExamples(home, progress, { events: EVENTS, requests: 200 })
  const options = { seed: 1, epochs: 100 }
  const small = await trainSecondStage(examples, { seed: 1, size: 'small', epochs: 1 })
  const towers = await trainTwoTower(examples, { seed: 1, epochs: 1 })
  const scorer = await secondStageScorer(small.model)
  const none = { items: new Uint32Array(), scores: new Float32Array(), width: 0 }
  const models: Readonly<Record<string, Begin>> = {
    'retrieval towers': each => trainTwoTower(examples, { ...options, ...each }),
    'second stage, small': each =>
      trainSecondStage(examples, { ...options, size: 'small', ...each }),
    'second stage, full': each => trainSecondStage(examples, { ...options, size: 'full', ...each }),
    'first stage': each =>
      distil(
        examples,
        { towers, neighbours: none },
        {
          ...options,
          ...each,
          secondStage: scorer,
          settings: loadSettings(home.settings, process.env),
        },
      ),
  }
  const figures: Figure[] = []
  for (const [i, [name, begin]] of Object.entries(models).entries()) {
    progress('bench', i / Object.keys(models).length, name)
    figures.push(...(await measured(name, begin)))
  }
  await scorer.release()
  examples.viewers.close()
  progress('bench', 1)
  return figures
}

const measured = async (name: string, begin: Begin): Promise<readonly Figure[]> => {
  const ratios: number[] = []
  const rates: number[] = []
  let weights = 0
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const before = await gemmRate()
    const steps = await stepsOf(begin)
    const bound = (before + (await gemmRate())) / 2 / (6 * steps.weights)
    weights = steps.weights
    rates.push(steps.rate)
    ratios.push(steps.rate / bound)
  }
  return [
    {
      name: `${name}: training speed ÷ FLOP bound`,
      value: median(ratios),
      unit: '',
      bound: { least: 0.3 },
      note: `${rangeOf(ratios)}; ${weights} weights`,
    },
    { name: `${name}: examples per CPU second`, value: median(rates), unit: '1/s' },
  ]
}

/** Examples per CPU second over some steps after the first ones. */
const stepsOf = async (
  begin: Begin,
): Promise<{ readonly rate: number; readonly weights: number }> => {
  const enough = new AbortController()
  let steps = 0
  let from = { cpu: 0, examples: 0 }
  let found = { rate: NaN, weights: 0 }
  const onStep = ({ examples, weights }: FitProgress): void => {
    steps++
    if (steps === WARM_UP) from = { cpu: cpuMs(), examples }
    if (steps !== WARM_UP + STEPS) return
    found = { rate: (1000 * (examples - from.examples)) / (cpuMs() - from.cpu), weights }
    enough.abort()
  }
  await begin({ onStep, signal: enough.signal }).catch((error: unknown) => {
    if (!enough.signal.aborted) throw error
  })
  return found
}
