import { type Event, type EventLog, forgottenIn, remembered } from '@explore/explore'

/**
 * The log's events up to the ends that its partitions had when asked, or the one partition's from `from` to `to`,
 * batch by batch; those of several partitions are merged by time, and each keeps its order. Who was forgotten is in
 * none: a log that cannot erase is read twice for it.
 */
export async function* logBatches(
  log: EventLog,
  {
    from = 0,
    to,
    max = 4096,
    partition,
  }: {
    readonly from?: number
    readonly to?: number
    readonly max?: number
    /** Only this one. */
    readonly partition?: number
  } = {},
): AsyncGenerator<readonly Event[]> {
  if (partition !== undefined) {
    const end = to ?? (await log.end(partition))
    return yield* batchesOf(log, partition, { from, to: end, max })
  }
  const ends = await Promise.all(
    Array.from({ length: log.partitions }, async (_, partition) => log.end(partition)),
  )
  if (ends.length === 1) return yield* batchesOf(log, 0, { from, to: to ?? ends[0]!, max })
  const batches = ends.map((end, partition) => batchesOf(log, partition, { from: 0, to: end, max }))
  yield* mergedByTime(batches, max)
}

async function* batchesOf(
  log: EventLog,
  partition: number,
  { from, to, max }: { readonly from: number; readonly to: number; readonly max: number },
): AsyncGenerator<readonly Event[]> {
  const forgotten = await forgottenIn(log, partition, await log.end(partition))
  for (let at = from; at < to;) {
    const batch = await log.read(at, Math.min(max, to - at), partition)
    if (batch.next <= at) return
    yield remembered(batch, forgotten)
    at = batch.next
  }
}

async function* mergedByTime(
  sources: readonly AsyncGenerator<readonly Event[]>[],
  max: number,
): AsyncGenerator<readonly Event[]> {
  const heads = sources.map(() => ({ events: [] as readonly Event[], at: 0, done: false }))
  const fill = async (i: number): Promise<void> => {
    const head = heads[i]!
    while (!head.done && head.at === head.events.length) {
      const { value, done } = await sources[i]!.next()
      Object.assign(head, { events: value ?? [], at: 0, done: done ?? false })
    }
  }
  const timeOf = ({ events, at }: (typeof heads)[number]): number => events[at]?.time ?? Infinity
  await Promise.all(heads.keys().map(fill))
  for (let merged: Event[] = []; ; merged = []) {
    while (merged.length < max) {
      const next = heads.keys().reduce((a, b) => (timeOf(heads[b]!) < timeOf(heads[a]!) ? b : a))
      const event = heads[next]!.events[heads[next]!.at++]
      if (event === undefined) break
      merged.push(event)
      await fill(next)
    }
    if (merged.length === 0) return
    yield merged
  }
}
