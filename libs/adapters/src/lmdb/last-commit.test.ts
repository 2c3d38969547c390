import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Event } from '@explore/explore'
import { describe, expect, it } from 'vitest'
import { lmdbEventLog } from './lmdb-event-log.ts'
import { openLmdb } from './open-lmdb.ts'
import { runScript } from './testing/run-script.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const setBack = new URL('./testing/set-back.ts', import.meta.url)
const openOften = fileURLToPath(new URL('./testing/open-often.ts', import.meta.url))

const eventOf = (n: number): Event => ({
  ...{ eventId: `${n}`, userId: 'u', type: 'click', itemId: 'i', time: n },
})
const logged = async (folder: string): Promise<readonly string[]> => {
  const env = openLmdb(folder)
  const { events } = await lmdbEventLog(env).read(0, Number.MAX_SAFE_INTEGER)
  await env.close()
  return events.map(({ eventId }) => eventId)
}

describe('the last commit', () => {
  for (const durable of [true, false]) {
    for (const commits of [1, 2]) {
      it(`is written after, ${durable ? 'durably' : 'in memory'}, where somebody set it back by ${commits}`, async () => {
        const folder = temporaryFolder()
        const env = openLmdb(folder, { durable })
        const log = lmdbEventLog(env)
        for (let n = 0; n < 5; n++) await log.append([eventOf(n)])
        await runScript(setBack, [folder, `${commits}`])
        // Some of them share a commit.
        await Promise.all([5, 6, 7].map(n => log.append([eventOf(n)])))
        await env.close()
        expect(await logged(folder)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
      })
    }
  }

  it('is seen by who opens the folder after somebody set it back', async () => {
    const folder = temporaryFolder()
    const env = openLmdb(folder)
    for (let n = 0; n < 5; n++) await lmdbEventLog(env).append([eventOf(n)])
    await runScript(setBack, [folder, '1'])
    // A reader alone cannot know.
    expect(await lmdbEventLog(env).end()).toBe(4)
    const second = openLmdb(folder)
    expect(await lmdbEventLog(env).end()).toBe(5)
    await Promise.all([env.close(), second.close()])
  })

  it('is not lost while other processes open the folder all the time', async () => {
    const folder = temporaryFolder()
    const env = openLmdb(folder, { durable: false })
    const log = lmdbEventLog(env)
    const others = Array.from({ length: 3 }, () => fork(openOften, [folder]))
    const until = Date.now() + 4000
    let acknowledged = 0
    for (; Date.now() < until; acknowledged++) {
      await log.append([eventOf(acknowledged)])
      if (acknowledged % 50 === 0) await new Promise(resolve => setTimeout(resolve, 1))
    }
    for (const other of others) {
      expect(other.exitCode).toBeNull()
      other.kill('SIGKILL')
    }
    await env.close()
    expect(await logged(folder)).toEqual(Array.from({ length: acknowledged }, (_, n) => `${n}`))
  })
})
