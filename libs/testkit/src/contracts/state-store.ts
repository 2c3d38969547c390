import { setTimeout as sleep } from 'node:timers/promises'
import { COUNTERS, ExploreError, randomOf, type StateStore, trendingVote } from '@explore/explore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { statePartitions } from './state-partitions.ts'
import { bytes, write } from './state-writes.ts'

export interface StateUnderTest {
  readonly state: StateStore
  /** Another handle on the same store, as another process has it. */
  readonly another: () => Promise<StateStore>
  /** Closes every handle and opens the store again. */
  readonly reopen: () => Promise<StateStore>
  readonly close: () => Promise<void>
}

/** What every state store promises; `open` makes an empty one. */
export const stateStoreContract = (name: string, open: () => Promise<StateUnderTest>): void => {
  describe(`state store: ${name}`, () => {
    let harness: StateUnderTest
    let state: StateStore
    beforeEach(async () => {
      harness = await open()
      state = harness.state
    })
    afterEach(() => harness.close())

    const topOf = async (board: string, n: number): Promise<[number, number][]> => {
      const { items, scores } = await state.top(board, n)
      expect(scores.length).toBe(items.length)
      return Array.from(items, (item, i) => [item, scores[i]!])
    }
    const mismatch = expect.objectContaining({ code: 'WATERMARK_MISMATCH' })

    it('is empty at first', async () => {
      expect(await state.users(['u'])).toEqual([undefined])
      expect(await state.userIds(undefined, 10)).toEqual([])
      expect(await state.counters(Uint32Array.of(0, 7))).toEqual(new Float64Array(2 * COUNTERS))
      expect(await topOf('board', 10)).toEqual([])
      expect(await state.watermark()).toBe(0)
      expect(await state.get('key')).toBeUndefined()
    })

    describe('apply', () => {
      it('writes users, counters, boards and the watermark, for every handle to see', async () => {
        const other = await harness.another()
        const users = [
          ['u1', bytes(1, 2, 3)],
          ['u2', bytes()],
        ] as const
        await state.apply({
          expected: 0,
          watermark: 17,
          users,
          counters: [{ item: 3, field: 1, delta: 2.5 }],
          boards: [{ board: 'b', item: 3, delta: 4 }],
        })
        const expectWritten = async (store: StateStore): Promise<void> => {
          expect(await store.watermark()).toBe(17)
          const found = await store.users(['u2', 'u3', 'u1'])
          expect(found).toEqual([bytes(), undefined, bytes(1, 2, 3)])
          expect((await store.counters(Uint32Array.of(3)))[1]).toBe(2.5)
          expect((await store.top('b', 1)).items).toEqual(Uint32Array.of(3))
        }
        await expectWritten(state)
        await expectWritten(other)
        await expectWritten(await harness.reopen())
      })

      it('changes nothing when the watermark is another', async () => {
        await state.apply(write(0, { users: [['u', bytes(1)]] }))
        const changes = {
          users: [['u', bytes(2)]] as const,
          counters: [{ item: 0, field: 0, delta: 1 }],
          boards: [{ board: 'b', item: 0, delta: 1 }],
        }
        for (const expected of [0, 2, -1]) {
          const refused = state.apply(write(expected, changes))
          await expect(refused).rejects.toBeInstanceOf(ExploreError)
          await expect(refused).rejects.toEqual(mismatch)
        }
        expect(await state.watermark()).toBe(1)
        expect(await state.users(['u'])).toEqual([bytes(1)])
        expect(await state.counters(Uint32Array.of(0))).toEqual(new Float64Array(COUNTERS))
        expect(await topOf('b', 10)).toEqual([])
      })

      it('lets one of several racing writers win', async () => {
        const handles = [state, state, await harness.another(), await harness.another()]
        const changes = { counters: [{ item: 0, field: 0, delta: 1 }] }
        const outcomes = await Promise.allSettled(
          handles.map(handle => handle.apply(write(0, changes))),
        )
        const lost = outcomes.filter(outcome => outcome.status === 'rejected')
        expect(lost.map(outcome => outcome.reason)).toEqual([mismatch, mismatch, mismatch])
        expect((await state.counters(Uint32Array.of(0)))[0]).toBe(1)
      })

      it('adds up exactly under writers that retry', async () => {
        const handles = [state, await harness.another(), await harness.another()]
        const add = async (handle: StateStore, delta: number): Promise<void> => {
          for (;;) {
            const expected = await handle.watermark()
            try {
              return await handle.apply(
                write(expected, { counters: [{ item: 5, field: 2, delta }] }),
              )
            } catch (error) {
              expect(error).toEqual(mismatch)
            }
          }
        }
        await Promise.all(
          handles.map(async (handle, h) => {
            for (let i = 0; i < 10; i++) await add(handle, 10 ** h)
          }),
        )
        expect((await state.counters(Uint32Array.of(5)))[2]).toBe(1110)
        expect(await state.watermark()).toBe(30)
      })
    })

    statePartitions(() => harness)

    describe('users', () => {
      it('are copies of what was written', async () => {
        const written = bytes(1, 2, 3)
        await state.apply(write(0, { users: [['u', written]] }))
        written[0] = 9
        const [first] = await state.users(['u'])
        first![1] = 9
        const [again, twice] = await state.users(['u', 'u'])
        expect(again).toEqual(bytes(1, 2, 3))
        expect(twice).toEqual(bytes(1, 2, 3))
        expect(again!.buffer.byteLength).toBe(3)
      })

      it('are removed, and may come back', async () => {
        await state.apply(
          write(0, {
            users: [
              ['gone', bytes(1)],
              ['kept', bytes(2)],
            ],
          }),
        )
        const other = await harness.another()
        const removed = [
          ['gone', undefined],
          ['never', undefined],
        ] as const
        await state.apply(write(1, { users: removed }))
        expect(await other.users(['gone', 'kept', 'never'])).toEqual([
          undefined,
          bytes(2),
          undefined,
        ])
        expect(await other.userIds(undefined, 10)).toEqual(['kept'])
        await state.apply(write(2, { users: [['gone', bytes(3)]] }))
        expect(await other.users(['gone'])).toEqual([bytes(3)])
      })

      it('may be large, and shrink', async () => {
        const large = Uint8Array.from({ length: 30_000 }, (_, i) => i)
        await state.apply(write(0, { users: [['u', large]] }))
        expect(await state.users(['u'])).toEqual([large])
        await state.apply(write(1, { users: [['u', bytes(1)]] }))
        expect(await state.users(['u'])).toEqual([bytes(1)])
      })

      it('are listed page by page, in an order that holds', async () => {
        const ids = Array.from({ length: 25 }, (_, i) => `u${i}`)
        await state.apply(write(0, { users: ids.map(id => [id, bytes(1)] as const) }))
        const listed: string[] = []
        for (;;) {
          const page = await state.userIds(listed.at(-1), 10)
          expect(page.length).toBe(Math.min(10, 25 - listed.length))
          if (page.length === 0) break
          listed.push(...page)
        }
        expect(listed.toSorted()).toEqual(ids.toSorted())
        // A page may be asked for after a user who is gone, or never was.
        const after = `${listed[4]}.`
        expect(await state.userIds(after, 100)).toEqual(listed.filter(id => id > after).toSorted())
      })
    })

    it('adds counters up by item and field, within a batch and over batches', async () => {
      const random = randomOf('counters')
      const sums = new Float64Array(50 * COUNTERS)
      for (let batch = 0; batch < 5; batch++) {
        const counters = Array.from({ length: 300 }, () => ({
          item: Math.floor(random() * 50),
          field: Math.floor(random() * COUNTERS),
          delta: Math.floor(random() * 20) - 5,
        }))
        for (const { item, field, delta } of counters) sums[item * COUNTERS + field]! += delta
        await state.apply(write(batch, { counters }))
      }
      expect(await state.counters(Uint32Array.from({ length: 50 }, (_, i) => i))).toEqual(sums)
      const rows = await state.counters(Uint32Array.of(7, 4_000_000_000, 7))
      expect(rows.subarray(0, COUNTERS)).toEqual(sums.subarray(7 * COUNTERS, 8 * COUNTERS))
      expect(rows.subarray(COUNTERS, 2 * COUNTERS)).toEqual(new Float64Array(COUNTERS))
      expect(rows.subarray(2 * COUNTERS)).toEqual(rows.subarray(0, COUNTERS))
    })

    it('ranks the members of each board by their sums', async () => {
      const random = randomOf('boards')
      const names = ['b', 'b:1', 'b:10', 'c']
      const sums = new Map(names.map(board => [board, new Map<number, number>()]))
      for (let batch = 0; batch < 5; batch++) {
        const boards = Array.from({ length: 400 }, () => ({
          board: names[Math.floor(random() * names.length)]!,
          item: Math.floor(random() * 60),
          // Forward decay spans many orders of magnitude.
          delta: 2 ** (random() * 500 - 250),
        }))
        for (const { board, item, delta } of boards) {
          const scores = sums.get(board)!
          scores.set(item, (scores.get(item) ?? 0) + delta)
        }
        await state.apply(write(batch, { boards }))
      }
      for (const board of names) {
        const ranked = [...sums.get(board)!].toSorted(([, a], [, b]) => b - a)
        for (const n of [0, 1, 10, 1000]) {
          const best = await topOf(board, n)
          expect(best.map(([item]) => item)).toEqual(ranked.slice(0, n).map(([item]) => item))
          for (const [i, [, score]] of best.entries()) {
            expect(Math.abs(score / ranked[i]![1] - 1)).toBeLessThan(1e-9)
          }
        }
      }
      expect(await topOf('d', 10)).toEqual([])
    })

    describe('values', () => {
      it('are kept, replaced, and apart from users', async () => {
        await state.apply(write(0, { users: [['k', bytes(1)]] }))
        await state.put('k', bytes(2, 3))
        await state.put('empty', bytes())
        const other = await harness.another()
        expect(await other.get('k')).toEqual(bytes(2, 3))
        expect(await other.get('empty')).toEqual(bytes())
        await state.put('k', bytes(4))
        expect(await other.get('k')).toEqual(bytes(4))
        expect(await state.users(['k'])).toEqual([bytes(1)])
        expect(await (await harness.reopen()).get('k')).toEqual(bytes(4))
      })

      it('come as plain bytes of their own, aligned for any number', async () => {
        const numbers = Float64Array.of(1.5, -2)
        await state.put('k', new Uint8Array(numbers.buffer))
        const found = (await state.get('k'))!
        expect(new Float64Array(found.slice().buffer)).toEqual(numbers)
        expect(new Float64Array(found.buffer, found.byteOffset, 2)).toEqual(numbers)
        found[0] = 77
        expect(await state.get('k')).toEqual(new Uint8Array(numbers.buffer))
      })

      it('are written in bulk, from anything that can be iterated', async () => {
        await state.putMany(
          (function* () {
            for (let i = 0; i < 2500; i++) yield [`many${i}`, bytes(i & 255)] as const
          })(),
        )
        for (const i of [0, 999, 1000, 2499]) {
          expect(await state.get(`many${i}`)).toEqual(bytes(i & 255))
        }
        expect(await state.get('many2500')).toBeUndefined()
        await state.putMany([])
      })

      it('are found by how their keys begin, and removed', async () => {
        const odd = ['s:1', 's:2', 's*', 's[a]', 't:1', 's:' + 'é'.repeat(9)]
        for (const [i, key] of odd.entries()) await state.put(key, bytes(i), Date.now() + 600_000)
        await state.putMany([['s:many', bytes(9)]])
        const keysOf = async (prefix: string): Promise<string[]> => {
          const found: string[] = []
          for await (const key of state.keys(prefix)) found.push(key)
          return [...new Set(found)].sort()
        }
        expect(await keysOf('s:')).toEqual(['s:1', 's:2', 's:many', odd[5]!].sort())
        expect(await keysOf('s*')).toEqual(['s*'])
        expect(await keysOf('s[')).toEqual(['s[a]'])
        await state.remove(['s:1', 's:many', 'never'])
        expect(await keysOf('s:')).toEqual(['s:2', odd[5]!].sort())
        expect(await state.get('s:1')).toBeUndefined()
        expect(await state.get('s:2')).toEqual(bytes(1))
      })

      it('go when they have expired, by the expiry of their last writing', async () => {
        const [soon, late] = [Date.now() + 100, Date.now() + 600_000]
        await state.put('a', bytes(1), soon)
        await state.putMany(Object.entries({ b: bytes(2), shorter: bytes(3) }), soon)
        await state.put('shorter', bytes(4), late)
        await state.put('shorter', bytes(5), soon)
        await state.put('longer', bytes(6), soon)
        await state.put('longer', bytes(7), late)
        await state.put('never', bytes(8), soon)
        await state.put('never', bytes(9))
        await sleep(soon + 10 - Date.now())
        await state.sweep(Date.now())
        for (const gone of ['a', 'b', 'shorter']) expect(await state.get(gone)).toBeUndefined()
        expect(await state.get('longer')).toEqual(bytes(7))
        expect(await state.get('never')).toEqual(bytes(9))
      })
    })

    it('forgets the boards of the past when it is swept', async () => {
      // An epoch of this window is 256 hours.
      const boards = [0, 1, 3].map(epochsAgo => ({
        board: trendingVote('1h', 1_790_000_000_000 - epochsAgo * 256 * 3_600_000).board,
        item: epochsAgo,
        delta: 1,
      }))
      await state.apply(write(0, { boards: [...boards, { board: 'other', item: 9, delta: 1 }] }))
      // By the clock all are long past, as those of an old log are: only newer boards outdate one.
      expect(await state.sweep(4e12)).toBe(0)
      expect(await topOf(boards[0]!.board, 9)).toEqual([[0, 1]])
      expect(await topOf(boards[1]!.board, 9)).toEqual([[1, 1]])
      expect(await topOf(boards[2]!.board, 9)).toEqual([])
      expect(await topOf('other', 9)).toEqual([[9, 1]])
      // A board that was forgotten starts anew.
      await state.apply(write(1, { boards: [boards[2]!] }))
      expect(await topOf(boards[2]!.board, 9)).toEqual([[3, 1]])
    })
  })
}
