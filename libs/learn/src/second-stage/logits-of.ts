import { rankingBatch } from '../examples/batch.ts'
import type { Examples } from '../examples/replay.ts'
import type { Trainer } from '../trainer.ts'
import { feedsOf } from './feeds.ts'
import type { HeadPlan } from './heads.ts'
import type { Network } from './network.ts'

/** Uncalibrated logits by trained head, in the order of the network's. */
export type Logits = Readonly<Record<string, Float32Array>>

/** The network's logits of ranking rows, with the parameters as they are. */
export const logitsOf = async (
  fitting: Trainer<never>,
  { logits }: Network,
  examples: Examples,
  heads: readonly HeadPlan[],
  rows: Uint32Array,
): Promise<Logits> => {
  const trained = heads.filter(plan => plan.trained)
  const columns = trained.map(() => new Float32Array(rows.length))
  const size = 2048
  for (let from = 0; from < rows.length; from += size) {
    const batch = rankingBatch(examples, rows.subarray(from, from + size))
    const out = await fitting.evaluate({ logits }, feedsOf(batch, heads))
    for (let row = 0; row < batch.candidates.rows; row++) {
      columns.forEach((column, i) => {
        column[from + row] = out.logits.data[row * trained.length + i] as number
      })
    }
  }
  return Object.fromEntries(trained.map(({ head }, i) => [head, columns[i]]))
}
