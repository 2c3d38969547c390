import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Event } from '@explore/explore'
import { expect, it } from 'vitest'
import { lmdbEventLog } from './lmdb-event-log.ts'
import { openLmdb } from './open-lmdb.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const eventsFrom = (from: number, count: number): Event[] =>
  Array.from({ length: count }, (_, i) => ({
    eventId: `e${from + i}`,
    userId: 'u',
    type: 'click',
    itemId: 'i',
    time: from + i,
  }))

it('reads exactly as many events as are asked for, across and within blocks', async () => {
  const env = openLmdb(temporaryFolder())
  const log = lmdbEventLog(env)
  let end = 0
  for (const size of [5000, 1, 3, 2048, 700]) {
    await log.append(eventsFrom(end, size))
    end += size
  }
  // Forth and back, so that what was read before does not decide what is read next.
  for (const from of [0, 2047, 2048, 4095, 4999, 5000, 5003, 5004, 7051, 7052, 100, 0, 7000]) {
    for (const max of [1, 2, 1500, 5000]) {
      const { first, next, events } = await log.read(from, max)
      const length = Math.min(max, end - from)
      expect([first, next, events.length]).toEqual([from, from + length, length])
      expect([events[0]?.time, events.at(-1)?.time]).toEqual([from, from + length - 1])
    }
  }
  await env.close()
})

it('puts appends that wait for a commit into one block', async () => {
  const env = openLmdb(temporaryFolder())
  const log = lmdbEventLog(env)
  await Promise.all(Array.from({ length: 200 }, (_, i) => log.append(eventsFrom(i, 1))))
  const blocks = env.table('events', { encoding: 'msgpack' }).getKeysCount()
  expect(blocks).toBeLessThan(20)
  expect((await log.read(0, 1000)).events.map(event => event.time)).toEqual(
    Array.from({ length: 200 }, (_, i) => i),
  )
  await env.close()
})

it('sees what another process has committed, within one turn of the event loop', async () => {
  const folder = temporaryFolder()
  const env = openLmdb(folder)
  const log = lmdbEventLog(env)
  await log.append(eventsFrom(0, 1))
  const script = fileURLToPath(new URL('./testing/append-some.ts', import.meta.url))
  const before = log.end()
  const { status } = spawnSync(process.execPath, [script, folder, 'other', '1'])
  const after = log.end()
  expect([status, before, after]).toEqual([0, 1, 2])
  await env.close()
})
