import { Worker } from 'node:worker_threads'
import {
  Catalogue,
  type Event,
  type EventLog,
  processor,
  randomOf,
  settingsFrom,
} from '@explore/explore'
import { foldOf } from '@explore/testkit'
import { describe, expect, it } from 'vitest'
import { lmdbEventLog } from './lmdb-event-log.ts'
import { lmdbProfileStore } from './lmdb-profile-store.ts'
import { lmdbStateStore } from './lmdb-state-store.ts'
import { openLmdb } from './open-lmdb.ts'
import { runScript } from './testing/run-script.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const settings = settingsFrom()
const appendSome = new URL('./testing/append-some.ts', import.meta.url)
const fillDisk = new URL('./testing/fill-disk.ts', import.meta.url)

const storesAt = (folder: string) => {
  const env = openLmdb(folder)
  const stores = {
    log: lmdbEventLog(env),
    state: lmdbStateStore(env),
    profiles: lmdbProfileStore(env),
  }
  return { ...stores, close: env.close }
}

const all = async (log: EventLog): Promise<readonly Event[]> =>
  (await log.read(0, Number.MAX_SAFE_INTEGER)).events

/** The numbers of a writer's events, in the log's order. */
const numbersOf = (events: readonly Event[], writer: string): number[] =>
  events
    .filter(({ eventId }) => eventId.startsWith(`${writer}-`))
    .map(({ eventId }) => Number(eventId.slice(writer.length + 1)))

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** The users' states and the item counters are the fold of the log up to the watermark. */
const expectFolded = async (stores: ReturnType<typeof storesAt>): Promise<void> => {
  const watermark = await stores.state.watermark()
  const oracle = await foldOf(stores, settings, () => watermark)
  const ids = await stores.state.userIds(undefined, 1000)
  expect(ids).toEqual([...oracle.users.keys()].toSorted())
  expect(await stores.state.users(ids)).toEqual(ids.map(id => oracle.users.get(id)))
  const counters = await stores.state.counters(
    Uint32Array.from({ length: oracle.items }, (_, i) => i),
  )
  expect(counters.length).toBe(oracle.counters.length)
  counters.forEach((value, i) => expect(value).toBeCloseTo(oracle.counters[i]!, 9))
}

describe('LMDB stores', () => {
  it('keep every acknowledged event, in order, when their process is killed', async () => {
    const folder = temporaryFolder()
    const random = randomOf('kill')
    const runs: { readonly name: string; readonly acknowledged: number }[] = []
    for (let run = 0; run < 5; run++) {
      const name = `run${run}`
      let killing = false
      const { signal, stdout } = await runScript(appendSome, [folder, name, '1000000'], {
        onOutput: child => {
          if (!killing) setTimeout(() => child.kill('SIGKILL'), 5 + random() * 120)
          killing = true
        },
      })
      expect(signal).toBe('SIGKILL')
      const lines = stdout.split('\n').slice(0, -1)
      runs.push({ name, acknowledged: Number(lines.at(-1)) })

      const stores = storesAt(folder)
      const events = await all(stores.log)
      for (const { name, acknowledged } of runs) {
        const numbers = numbersOf(events, name)
        expect(numbers).toEqual(upTo(numbers.length))
        expect(numbers.length).toBeGreaterThanOrEqual(acknowledged)
        expect(acknowledged).toBeGreaterThan(0)
      }
      await expectFolded(stores)
      await stores.close()
    }
    const stores = storesAt(folder)
    const stream = processor({ ...stores, catalogue: new Catalogue(), settings })
    while ((await stream.step(1000)) > 0) continue
    expect(await stores.state.watermark()).toBe(await stores.log.end())
    await expectFolded(stores)
    await stores.close()
  }, 60_000)

  it('are shared by threads and processes that all write', async () => {
    const folder = temporaryFolder()
    const thread = (name: string) =>
      new Promise<void>((resolve, reject) => {
        const worker = new Worker(appendSome, { workerData: [folder, name, '60'] })
        worker.on('error', reject)
        worker.on('exit', () => resolve())
      })
    const writers = ['t1', 't2', 'p1', 'p2']
    const stores = storesAt(folder)
    const [, , first, second] = await Promise.all([
      thread('t1'),
      thread('t2'),
      runScript(appendSome, [folder, 'p1', '60']),
      runScript(appendSome, [folder, 'p2', '60']),
    ])
    expect([first.code, second.code]).toEqual([0, 0])
    const events = await all(stores.log)
    const sent = 3 * 210 // 60 batches of 1 to 20
    expect(events.length).toBe(4 * sent)
    for (const writer of writers) expect(numbersOf(events, writer)).toEqual(upTo(sent))
    await expectFolded(stores)
    await stores.close()
  }, 60_000)

  it('reject with DISK_FULL where there is no room, and lose nothing', async ({ skip }) => {
    skip(process.platform === 'win32', 'its shell sets no limits')
    const folder = temporaryFolder()
    // Blocks of 512 bytes.
    const { code, stdout } = await runScript(fillDisk, [folder], {
      limit: 'ulimit -f 2048',
    })
    expect(code).toBe(0)
    const said = JSON.parse(stdout) as Record<string, unknown>
    const acknowledged = said.acknowledged as number
    expect(acknowledged).toBeGreaterThan(100)
    expect(said).toMatchObject({
      codes: Array.from({ length: 7 }, () => 'DISK_FULL'),
      end: acknowledged,
      last: upTo(50).map(i => acknowledged - 50 + i),
      watermark: 0,
    })
    expect(new Set(said.counters as number[])).toEqual(new Set([0]))

    const stores = storesAt(folder)
    const events = await all(stores.log)
    expect(events.map(event => event.time)).toEqual(upTo(acknowledged))
    await stores.log.append(events.slice(0, 10))
    expect(await stores.log.end()).toBe(acknowledged + 10)
    await stores.close()
  }, 60_000)
})
