import type { Home, Progress } from '@explore/embedded'
import {
  type Examples,
  examplesBefore,
  judgeRetrieval,
  judgeSecondStage,
  parametersOf,
  timeAt,
  type TrainedSecondStage,
  trainSecondStage,
  trainTwoTower,
  type TwoTower,
  type WarmStart,
} from '@explore/learn'
import { cpuMs } from './cpu-time.ts'
import type { Figure } from './figures.ts'
import { latestExamples } from './latest-examples.ts'

const DAY = 86_400_000
const HELD_OUT = 0.9

/**
 * What going on from yesterday's models is worth: models trained on all but the log's last two days, then trained on
 * with the day before the last one, both judged on the last day, of which neither knows anything.
 */
export const benchWarmStart = async (
  home: Home,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const examples = await latestExamples(home, progress, { requests: 0 })
  const today = examples.end - DAY
  const trained = async (until: number, from?: Trained): Promise<Trained> => {
    const start = cpuMs()
    const known = examplesBefore(examples, until)
    const towers = await trainTwoTower(known, {
      seed: 1,
      ...(from && { initial: goingOn(from.towers.validFrom, from.towers.user, from.towers.item) }),
      onProgress: (fraction, note) => progress('retrieval', fraction, note),
    })
    const ranker = await trainSecondStage(known, {
      seed: 1,
      validFrom: heldOutFrom(known, from?.ranker.metrics.validFrom),
      ...(from && { initial: goingOn(from.ranker.metrics.validFrom, from.ranker.trained) }),
      onProgress: (fraction, note) => progress('second stage', fraction, note),
    })
    return { towers, ranker, ms: cpuMs() - start }
  }
  const judged = async ({ towers, ranker }: Trained) => ({
    recall: (await judgeRetrieval(towers, examples, today))['recall@100'] ?? NaN,
    heads: await judgeSecondStage(ranker.model, examples, today),
  })
  const old = await trained(today - DAY)
  const warm = await trained(today, old)
  const [before, after] = [await judged(old), await judged(warm)]
  examples.viewers.close()
  const recalls = `${before.recall.toFixed(4)} to ${after.recall.toFixed(4)}`
  return [
    {
      name: 'warm start: CPU ÷ that of a full training',
      value: warm.ms / old.ms,
      unit: '',
      bound: { most: 0.5 },
      note: `${(warm.ms / 1000).toFixed(0)} s of ${(old.ms / 1000).toFixed(0)} s`,
    },
    {
      name: "next day, Recall@100 ÷ yesterday's towers'",
      value: after.recall / before.recall,
      unit: '',
      bound: { least: 1 },
      note: recalls,
    },
    ...(['click', 'long_view', 'like'] as const).map((head): Figure => ({
      name: `next day, normalised entropy of ${head} ÷ yesterday's`,
      value: after.heads[head].ne / before.heads[head].ne,
      unit: '',
      bound: { most: 1 },
      note: `${before.heads[head].ne.toFixed(4)} to ${after.heads[head].ne.toFixed(4)}; AUC ${before.heads[head].auc.toFixed(4)} to ${after.heads[head].auc.toFixed(4)}`,
    })),
  ]
}

interface Trained {
  readonly towers: TwoTower
  readonly ranker: TrainedSecondStage
  /** CPU that it took. */
  readonly ms: number
}

const goingOn = (since: number, ...models: readonly Uint8Array[]): WarmStart => ({
  parameters: parametersOf(...models),
  since,
})

/** Where the last tenth of what is new begins. */
const heldOutFrom = ({ ranking }: Examples, since = -Infinity): number =>
  timeAt(
    ranking.time.filter(time => time >= since),
    HELD_OUT,
  )
