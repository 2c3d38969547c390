import { attributeBuckets, type Event, type Id } from '@explore/explore'
import { type Examples, logBatches, replay } from '@explore/learn'
import type { Served } from '../funnel/served.ts'

/** Examples of the log that `served` was trained on, with a sample of its requests. */
export const replayServed = (
  { log, user, stores: { catalogue }, settings }: Served,
  { requests, seed, signal }: { requests: number; seed: number; signal: AbortSignal },
): Promise<Examples> => {
  const known = new Map<Id, Int32Array>()
  const introduced = async function* (): AsyncGenerator<readonly Event[]> {
    for await (const batch of logBatches(log)) {
      signal.throwIfAborted()
      for (const { userId } of batch) {
        if (!known.has(userId)) known.set(userId, attributeBuckets(await user(userId)))
      }
      yield batch
    }
  }
  return replay({
    events: introduced(),
    catalogue,
    attributes: id => known.get(id)!,
    limits: { seen: settings['state.seen'] },
    requests,
    seed,
  })
}
