import type { Event, EventLog } from '@explore/explore'

/** The log's events from offset `from` to `to`, by default the end that it had when asked, batch by batch. */
export async function* logBatches(
  log: EventLog,
  {
    from = 0,
    to,
    max = 4096,
  }: { readonly from?: number; readonly to?: number; readonly max?: number } = {},
): AsyncGenerator<readonly Event[]> {
  const end = to ?? (await log.end())
  for (let at = from; at < end;) {
    const { events, next } = await log.read(at, Math.min(max, end - at))
    if (next <= at) return
    yield events
    at = next
  }
}
