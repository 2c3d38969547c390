import { Catalogue, processor, type Settings } from '@explore/explore'
import type { Progress } from '../progress.ts'
import type { EmbeddedStores } from '../stores.ts'

const BATCH = 10_000

/** Folds what the log has and the state has not; returns how many events that was. */
export const foldLog = async (
  { log, state, profiles }: EmbeddedStores,
  settings: Settings,
  progress: Progress,
): Promise<number> => {
  const stream = processor({ log, state, profiles, catalogue: new Catalogue(), settings })
  const end = await log.end()
  const first = await state.watermark()
  let folded = 0
  for (;;) {
    const n = await stream.step(BATCH)
    if (n === 0) break
    folded += n
    progress('fold', folded / Math.max(1, end - first), `${folded} events`)
  }
  return folded
}
