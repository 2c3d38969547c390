import { rankingBatch } from '../examples/batch.ts'
import type { Label } from '../examples/labels.ts'
import type { Examples } from '../examples/replay.ts'
import type { Tensor } from '../graph/types.ts'
import type { Trainer } from '../trainer.ts'
import { feedsOf } from './feeds.ts'
import type { HeadPlan } from './heads.ts'
import type { Network } from './network.ts'

const CHUNK = 2048

/** Log-odds by trained head, in the order of the network's. */
export type Logits = Readonly<Record<string, Float32Array>>

/** The network's logits of ranking rows, uncalibrated, or its users' priors, with the parameters as they are. */
export const logitsOf = async (
  fitting: Trainer<never>,
  logits: Tensor,
  examples: Examples,
  heads: readonly HeadPlan[],
  rows: Uint32Array,
): Promise<Logits> => {
  const trained = heads.filter(plan => plan.trained)
  const columns = trained.map(() => new Float32Array(rows.length))
  for (let from = 0; from < rows.length; from += CHUNK) {
    const batch = rankingBatch(examples, rows.subarray(from, from + CHUNK))
    const out = await fitting.evaluate({ logits }, feedsOf(batch, heads))
    for (let row = 0; row < batch.candidates.rows; row++) {
      columns.forEach((column, i) => {
        column[from + row] = out.logits.data[row * trained.length + i] as number
      })
    }
  }
  return Object.fromEntries(trained.map(({ head }, i) => [head, columns[i]]))
}

/** The network's calibrated probabilities of ranking rows, by head. */
export const probabilitiesOf = async (
  fitting: Trainer<never>,
  { probabilities }: Network,
  examples: Examples,
  heads: readonly HeadPlan[],
  rows: Uint32Array,
): Promise<Record<Label, Float32Array>> => {
  const columns = heads.map(() => new Float32Array(rows.length))
  for (let from = 0; from < rows.length; from += CHUNK) {
    const batch = rankingBatch(examples, rows.subarray(from, from + CHUNK))
    const out = await fitting.evaluate(probabilities, feedsOf(batch, heads))
    heads.forEach(({ head }, i) => columns[i]!.set(out[head]!.data as Float32Array, from))
  }
  return Object.fromEntries(heads.map(({ head }, i) => [head, columns[i]])) as Record<
    Label,
    Float32Array
  >
}
