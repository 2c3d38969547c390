import { Catalogue, lagOf, processor, type Settings } from '@explore/explore'
import type { Progress } from '../progress.ts'
import type { EmbeddedStores } from '../stores.ts'

/** A user who is in it often is written once. */
const BATCH = 100_000

/** Folds what the log has and the state has not, partition by partition; returns how many events that was. */
export const foldLog = async (
  { log, state, profiles }: EmbeddedStores,
  settings: Settings,
  progress: Progress,
): Promise<number> => {
  const parts = { log, state, profiles, catalogue: new Catalogue(), settings }
  const unfolded = await lagOf(log, state)
  let folded = 0
  for (let partition = 0; partition < log.partitions; partition++) {
    const stream = processor({ ...parts, partition })
    for (let n; (n = await stream.step(BATCH)) > 0;) {
      folded += n
      progress('fold', folded / Math.max(1, unfolded), `${folded} events`)
    }
  }
  return folded
}
