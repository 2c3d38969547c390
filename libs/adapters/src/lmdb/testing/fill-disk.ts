import { COUNTERS, ExploreError } from '@explore/explore'
import { lmdbEventLog } from '../lmdb-event-log.ts'
import { lmdbStateStore } from '../lmdb-state-store.ts'
import { openLmdb } from '../open-lmdb.ts'

/* Appends until there is no more room, then says what still works. Runs under a limit of the size of files. */
const env = openLmdb(process.argv[2]!)
const log = lmdbEventLog(env)
const state = lmdbStateStore(env)
const codeOf = (error: unknown): unknown => (error instanceof ExploreError ? error.code : error)

const batch = (n: number) =>
  Array.from({ length: 50 }, (_, i) => ({
    eventId: `${n + i}-${'x'.repeat(50)}`,
    userId: 'u',
    type: 'click' as const,
    itemId: 'i',
    time: n + i,
  }))
const user = (watermark: number) => ({
  expected: watermark,
  watermark: watermark + 1,
  users: [['u', new Uint8Array(1_000_000).fill(watermark)]] as const,
  counters: [{ item: 0, field: 0, delta: 1 }],
  boards: [],
})

let acknowledged = 0
const codes: unknown[] = []
for (let failures = 0; failures < 3;) {
  try {
    await log.append(batch(acknowledged))
    acknowledged += 50
  } catch (error) {
    codes.push(codeOf(error))
    failures++
  }
}
const together = await Promise.allSettled([
  log.append(batch(acknowledged)),
  log.append(batch(acknowledged)),
  state.apply(user(0)),
  state.put('key', new Uint8Array(1_000_000)),
])
for (const outcome of together) {
  if (outcome.status === 'rejected') codes.push(codeOf(outcome.reason))
}
const { events } = await log.read(acknowledged - 50, 100)
console.log(
  JSON.stringify({
    acknowledged,
    codes,
    end: await log.end(),
    last: events.map(event => event.time),
    watermark: await state.watermark(),
    counters: [...(await state.counters(Uint32Array.of(0)))].slice(0, COUNTERS),
  }),
)
await env.close()
