import type { EventLog, StateStore } from '../ports.ts'

/** How many events of all partitions are not folded yet. */
export const lagOf = async (
  log: Pick<EventLog, 'partitions' | 'end'>,
  state: Pick<StateStore, 'watermark'>,
): Promise<number> => {
  let lag = 0
  for (let partition = 0; partition < log.partitions; partition++) {
    lag += Math.max(0, (await log.end(partition)) - (await state.watermark(partition)))
  }
  return lag
}
