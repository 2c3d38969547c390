import { setImmediate, setTimeout } from 'node:timers/promises'
import { openLmdb } from '../open-lmdb.ts'

/** Opens a folder again and again while it is being written to by the same thread; prints how often both could write. */
const folder = process.argv[2]!
const first = openLmdb(folder)
const kept = first.table<number, string>('kept', { encoding: 'json' })
let held = 0
for (let i = 0; i < 100; i++) {
  const writing = first.write(() => void kept.put(`k${i}`, i))
  // Begins anywhere in the commit.
  await (i % 3 === 0 ? setTimeout(i % 5) : setImmediate())
  const second = openLmdb(folder)
  const others = second.table<number, string>(`others ${i % 20}`, { encoding: 'json' })
  await Promise.all([writing, second.write(() => void others.put('k', i))])
  if (others.get('k') === i) held++
  await second.close()
  if (kept.get(`k${i}`) !== i) held--
}
await first.close()
console.log(held)
