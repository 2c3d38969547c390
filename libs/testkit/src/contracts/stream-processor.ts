import {
  Catalogue,
  type EventLog,
  forgetMark,
  type LogBatch,
  processor,
  type ProcessorCounts,
  type ProcessorParts,
  type ProfileStore,
  randomOf,
  settingsFrom,
  type StateStore,
} from '@explore/explore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Folded, foldOf } from '../fold-of.ts'
import { randomEvents } from '../random-events.ts'

export interface StoresUnderTest {
  readonly log: EventLog
  readonly state: StateStore
  readonly profiles: ProfileStore
  readonly close: () => Promise<void>
}

/** Seeded schedules of one run; raise it to hunt. */
const ROUNDS = 6

/**
 * That the state is the fold of the log, whatever happens on the way: byte for byte for users, to 1e-9 for sums.
 * `open` makes empty stores.
 */
export const streamProcessorContract = (
  name: string,
  open: () => Promise<StoresUnderTest>,
): void => {
  describe(`stream processor: ${name}`, () => {
    let stores: StoresUnderTest
    beforeEach(async () => {
      stores = await open()
      const items = Array.from({ length: 20 }, (_, i) => ({
        id: `i${i}`,
        author: `a${i % 5}`,
        topics: [`t${i % 3}`, `t${i % 7}`],
      }))
      await stores.profiles.putItems(items)
    })
    afterEach(() => stores.close())

    const settings = settingsFrom({ 'state.seen': 100 })
    const partitions = (): readonly number[] =>
      Array.from({ length: stores.log.partitions }, (_, partition) => partition)
    /** One process: a processor for each partition. */
    const start = (parts: Partial<ProcessorParts> = {}) => {
      const shared = { ...stores, catalogue: new Catalogue(), settings, ...parts }
      const streams = partitions().map(partition => processor({ ...shared, partition }))
      return {
        step: async (max: number): Promise<number> => {
          let taken = 0
          for (const stream of streams) taken += await stream.step(max)
          return taken
        },
        fold: (partition: number, batch: LogBatch) => streams[partition]!.fold(batch),
        watermarks: () => streams.map(stream => stream.watermark()),
        count: (what: keyof ProcessorCounts): number =>
          streams.reduce((sum, { counts }) => sum + counts[what], 0),
      }
    }
    const drain = async (stream = start(), max = 97): Promise<number> => {
      let taken = 0
      for (let n; (n = await stream.step(max)) > 0;) taken += n
      return taken
    }
    const events = (seed: string, count: number) =>
      randomEvents(seed, count, { users: 7, items: 30, repeated: 0.1, unsound: 0.05 })

    const expectFolded = async (): Promise<Folded> => {
      const oracle = await foldOf(stores, settings)
      for (const partition of partitions()) {
        expect(await stores.state.watermark(partition)).toBe(await stores.log.end(partition))
      }
      const ids = [...oracle.users.keys()]
      expect(await stores.state.userIds(undefined, 1000)).toEqual(ids.toSorted())
      expect(await stores.state.users(ids)).toEqual([...oracle.users.values()])
      const items = Uint32Array.from({ length: oracle.items }, (_, i) => i)
      expectClose(await stores.state.counters(items), oracle.counters)
      for (const [board, sums] of oracle.boards) {
        const best = await stores.state.top(board, 1000)
        expect(new Set(best.items)).toEqual(new Set(sums.keys()))
        expectClose(
          best.scores,
          Float64Array.from(best.items, item => sums.get(item)!),
        )
      }
      return oracle
    }

    it('folds a log in steps of any size', async () => {
      await stores.log.append(events('steps', 400))
      expect(await drain(start({ cachedUsers: 2 }), 33)).toBe(400)
      const { folded, repeated, skipped } = await expectFolded()
      expect(folded).toBeGreaterThan(200)
      expect(repeated).toBeGreaterThan(10)
      expect(skipped).toBeGreaterThan(5)
    })

    it('counts what became of every event', async () => {
      await stores.log.append(events('counts', 400))
      const stream = start()
      await drain(stream)
      const { folded, repeated, skipped } = await foldOf(stores, settings)
      const kinds = ['folded', 'repeated', 'unsound', 'unknownItem', 'brokenState'] as const
      expect(kinds.map(stream.count)).toEqual([folded, repeated, skipped, 0, 0])
      const ends = partitions().map(async partition => stores.log.end(partition))
      expect(stream.watermarks()).toEqual(await Promise.all(ends))
    })

    it('goes on where another left off', async () => {
      const batches = Array.from({ length: 10 }, (_, i) => events(`on${i}`, 40))
      const streams = [start(), start()]
      for (const [i, batch] of batches.entries()) {
        await stores.log.append(batch)
        await drain(streams[i % 2])
      }
      await expectFolded()
    })

    it('gives placeholders to items never heard of, or passes them over', async () => {
      const event = { eventId: 'e', userId: 'u', type: 'click', time: 1e12 } as const
      await stores.log.append([{ ...event, itemId: 'stranger' }])
      const strict = settingsFrom({ 'events.unknownItems': 'reject' })
      const refusing = start({ settings: strict })
      await drain(refusing)
      expect([refusing.count('folded'), refusing.count('unknownItem')]).toEqual([0, 1])
      await stores.log.append([{ ...event, itemId: 'stranger' }])
      const accepting = start()
      await drain(accepting)
      expect([accepting.count('folded'), accepting.count('unknownItem')]).toEqual([1, 0])
      const replica = new Catalogue()
      await stores.profiles.sync(replica)
      expect(replica.servable(replica.ordinal('stranger')!)).toBe(false)
    })

    it('forgets a user at a mark, and knows what comes after it', async () => {
      const [before, after] = [events('before', 300), events('after', 100)]
      await stores.log.append(before)
      await drain(start(), 33)
      const counted = await stores.state.counters(Uint32Array.from({ length: 20 }, (_, i) => i))
      await stores.log.append([
        forgetMark('u1', 1e12),
        forgetMark('u2', 1e12),
        forgetMark('u99', 1e12),
      ])
      const stream = start({ cachedUsers: 1 })
      await drain(stream)
      expect(stream.count('forgotten')).toBe(3)
      expect(await stores.state.users(['u1', 'u2'])).toEqual([undefined, undefined])
      // Sums name nobody, and stay.
      expect(await stores.state.counters(Uint32Array.from({ length: 20 }, (_, i) => i))).toEqual(
        counted,
      )
      await expectFolded()
      await stores.log.append(after.filter(({ userId }) => userId !== 'u2'))
      await drain(stream, 9)
      await expectFolded()
      const [back, gone] = await stores.state.users(['u1', 'u2'])
      expect([back === undefined, gone]).toEqual([false, undefined])
    })

    it('clamps times of the future where it is given a clock', async () => {
      const event = { eventId: 'e', userId: 'u', type: 'click', itemId: 'i1' } as const
      await stores.log.append([{ ...event, time: 2e12 }])
      await drain(start({ now: () => 1e12 }))
      await stores.log.append([{ ...event, eventId: 'f', userId: 'v', time: 1e12 }])
      await drain()
      const [clamped, plain] = await stores.state.users(['u', 'v'])
      // The same but for the hash of the event id.
      expect(clamped!.length).toBe(plain!.length)
      expect(clamped!.filter((byte, i) => byte !== plain![i]).length).toBeLessThanOrEqual(8)
    })

    it('leaves a state that it cannot read as it is, and goes on with the others', async () => {
      const broken = Uint8Array.of(1, 2, 3)
      const none = { counters: [], boards: [] }
      await stores.state.apply({ expected: 0, watermark: 0, users: [['u1', broken]], ...none })
      await stores.log.append(events('broken', 200))
      const stream = start()
      await drain(stream)
      expect(stream.count('brokenState')).toBeGreaterThan(5)
      expect(await stores.state.users(['u1'])).toEqual([broken])
      const oracle = await foldOf(stores, settings)
      expect(await stores.state.users(['u2'])).toEqual([oracle.users.get('u2')])
    })

    it('folds batches that are brought to it where they fit, and says where to read on', async () => {
      const random = randomOf('brought')
      const int = (n: number): number => Math.floor(random() * n)
      const rivals = [start(), start({ cachedUsers: 1 })]
      for (let round = 0; round < 15; round++) {
        await stores.log.append(events(`brought${round}`, 1 + int(40)))
        for (const partition of partitions()) {
          const end = await stores.log.end(partition)
          // A reader whose place is behind or before the watermark, which a rival may have moved.
          let at = int(end + 1)
          for (let i = 0; i < 4; i++) {
            const batch = await stores.log.read(at, 1 + int(30), partition)
            const before = await stores.state.watermark(partition)
            at = await rivals[int(2)]!.fold(partition, batch)
            expect(at).toBe(batch.first === before ? batch.next : before)
            expect(await stores.state.watermark(partition)).toBe(at)
          }
        }
      }
      await drain()
      await expectFolded()
    })

    it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
      'survives crashes, redelivery and rivals: schedule %i',
      async round => {
        const random = randomOf(`schedule${round}`)
        const int = (n: number): number => Math.floor(random() * n)
        const { state } = stores
        const crash = new Error('crash')

        /** One step of a processor that is killed before or after its write, or that reads an old watermark. */
        const disturbed = async (kind: number): Promise<void> => {
          const apply: StateStore['apply'] = async write => {
            if (kind === 0) throw crash
            await state.apply(write)
            if (kind === 1) throw crash
          }
          let asked = 0
          const watermark: StateStore['watermark'] = async partition => {
            const real = await state.watermark(partition)
            return kind === 2 && asked++ === 0 ? Math.max(0, real - 1 - int(40)) : real
          }
          const stream = start({ state: { ...state, apply, watermark } })
          await stream.step(1 + int(60)).catch(error => expect(error).toBe(crash))
        }

        const rivals = [start(), start({ cachedUsers: 1 })]
        for (let batch = 0; batch < 25; batch++) {
          await stores.log.append(events(`${round}.${batch}`, 1 + int(40)))
          if (batch % 8 === 5) await stores.log.append([forgetMark(`u${int(7)}`, 1e12)])
          const kind = int(6)
          if (kind < 3) await disturbed(kind)
          else if (kind === 3) await rivals[int(2)]!.step(1 + int(60))
          else await Promise.all(rivals.map(rival => rival.step(1 + int(60))))
        }
        await Promise.all(rivals.map(rival => drain(rival, 50)))
        await expectFolded()
      },
    )
  })
}

/** Sums may have been added up in another order. */
const expectClose = (actual: Float64Array, expected: Float64Array): void => {
  expect(actual.length).toBe(expected.length)
  actual.forEach((value, i) => {
    const scale = Math.max(Math.abs(value), Math.abs(expected[i]!), Number.MIN_VALUE)
    expect(Math.abs(value - expected[i]!) / scale).toBeLessThan(1e-9)
  })
}
