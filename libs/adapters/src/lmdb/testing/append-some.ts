import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { Catalogue, type Event, processor, settingsFrom } from '@explore/explore'
import { lmdbEventLog } from '../lmdb-event-log.ts'
import { lmdbProfileStore } from '../lmdb-profile-store.ts'
import { lmdbStateStore } from '../lmdb-state-store.ts'
import { openLmdb } from '../open-lmdb.ts'

/*
 * A writer in a thread or process of its own: appends `batches` batches of events `<name>-0` … , folding in between.
 * As a process it prints how many events it has had acknowledged, line by line.
 */
const [folder, name, batches] = (workerData as string[] | null) ?? process.argv.slice(2)
const env = openLmdb(folder!)
const log = lmdbEventLog(env)
const stream = processor({
  log,
  state: lmdbStateStore(env),
  profiles: lmdbProfileStore(env),
  catalogue: new Catalogue(),
  settings: settingsFrom(),
})

let sent = 0
for (let batch = 0; batch < Number(batches); batch++) {
  const events = Array.from({ length: 1 + (batch % 20) }, (): Event => {
    const n = sent++
    return {
      eventId: `${name}-${n}`,
      userId: `u${n % 7}`,
      type: n % 3 === 0 ? 'like' : 'impression',
      itemId: `i${n % 50}`,
      time: 1_790_000_000_000 + n,
    }
  })
  await log.append(events)
  if (workerData === null) writeSync(1, `${sent}\n`)
  if (batch % 3 === 0) await stream.step(100)
}
await env.close()
