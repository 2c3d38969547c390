import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Event, ExploreError } from '@explore/explore'
import { randomEvents } from '@explore/testkit'
import { expect, it } from 'vitest'
import { lmdbSpool } from '../lmdb/lmdb-spool.ts'
import { openLmdb } from '../lmdb/open-lmdb.ts'
import { spooledAppend } from './spooled-append.ts'

const events = randomEvents('spool', 60, { users: 5, items: 5 })
const away = new ExploreError('LOG_UNREACHABLE', 'no broker')

const setUp = () => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-spool-'))
  const log: Event[] = []
  const told: (string | undefined)[] = []
  let failure: Error | undefined
  const open = () => {
    const env = openLmdb(folder)
    const sent = spooledAppend(
      {
        append: async batch => {
          if (failure) throw failure
          log.push(...batch)
        },
        close: async () => {},
      },
      lmdbSpool(env),
      { capacity: () => 30, tell: problem => told.push(problem?.code), pause: 5 },
    )
    const close = async () => {
      await sent.close()
      await env.close()
    }
    return { ...sent, close }
  }
  return { log, told, open, fail: (error: Error | undefined) => (failure = error) }
}

it('keeps events on disk while the brokers are away, and their order', async () => {
  const { log, told, open, fail } = setUp()
  const first = open()
  await first.append(events.slice(0, 10))
  fail(away)
  await first.append(events.slice(10, 20))
  await first.append(events.slice(20, 30))
  expect([log.length, first.waiting()]).toEqual([10, 20])
  await expect.poll(() => told.at(-1)).toBe('LOG_UNREACHABLE')
  await first.close()

  const second = open()
  expect(second.waiting()).toBe(20)
  fail(undefined)
  await second.append(events.slice(30, 35))
  await expect.poll(second.waiting).toBe(0)
  await second.append(events.slice(35))
  expect(log).toEqual(events)
  expect(told.at(-1)).toBeUndefined()
  await second.close()
})

it('refuses what it has no room for, all or nothing', async () => {
  const { open, fail } = setUp()
  const spooled = open()
  fail(away)
  await spooled.append(events.slice(0, 20))
  await expect(spooled.append(events.slice(20, 31))).rejects.toMatchObject({ code: 'OVERLOADED' })
  expect(spooled.waiting()).toBe(20)
  await spooled.append(events.slice(20, 30))
  await spooled.close()
})

it('does not hide what waiting does not mend', async () => {
  const { open, fail } = setUp()
  const spooled = open()
  fail(new ExploreError('LOG_TOPIC', 'no topic'))
  await expect(spooled.append(events)).rejects.toMatchObject({ code: 'LOG_TOPIC' })
  expect(spooled.waiting()).toBe(0)
  await spooled.close()
})
