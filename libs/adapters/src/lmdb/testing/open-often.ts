import { setImmediate } from 'node:timers/promises'
import { openLmdb } from '../open-lmdb.ts'

/* Opens and closes a folder until its parent is gone or ends it. */
const folder = process.argv[2]!
process.once('disconnect', () => process.exit())
for (;;) {
  await openLmdb(folder, { durable: false }).close()
  // Closing leaves no turn for hearing that.
  await setImmediate()
}
