import {
  type Event,
  type EventLog,
  EVENT_TYPES,
  forgetMark,
  forgottenIn,
  isAboutAuthor,
  isForgetMark,
  randomOf,
  remembered,
} from '@explore/explore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomEvents } from '../random-events.ts'

export interface LogUnderTest {
  readonly log: EventLog
  /** Another handle on the same log, as another process has it. */
  readonly another: () => Promise<EventLog>
  /** Closes every handle and opens the log again. */
  readonly reopen: () => Promise<EventLog>
  readonly close: () => Promise<void>
}

/** What every event log promises; `open` makes an empty one. */
export const eventLogContract = (name: string, open: () => Promise<LogUnderTest>): void => {
  describe(`event log: ${name}`, () => {
    let harness: LogUnderTest
    let log: EventLog
    beforeEach(async () => {
      harness = await open()
      log = harness.log
    })
    afterEach(() => harness.close())

    const idsOf = (events: readonly Event[]): string[] => events.map(event => event.eventId)
    const partitionsOf = ({ partitions }: EventLog): readonly number[] =>
      Array.from({ length: partitions }, (_, partition) => partition)

    /** A whole partition, `max` events at a time. */
    const all = async (from: EventLog, partition: number, max = 1000): Promise<Event[]> => {
      const events: Event[] = []
      for (;;) {
        const batch = await from.read(events.length, max, partition)
        expect(batch.first).toBe(events.length)
        expect(batch.next).toBe(events.length + batch.events.length)
        if (batch.events.length === 0) return events
        events.push(...batch.events)
      }
    }

    /** Where the log has put each user: found out by asking it. */
    const placed = async (from: EventLog): Promise<ReadonlyMap<string, number>> => {
      const places = new Map<string, number>()
      for (const partition of partitionsOf(from)) {
        for (const { userId } of await all(from, partition)) {
          expect(places.get(userId) ?? partition).toBe(partition)
          places.set(userId, partition)
        }
      }
      return places
    }

    /** That the log holds these events, and each partition its users' in this order. */
    const expectHeld = async (
      from: EventLog,
      events: readonly Event[],
      max?: number,
    ): Promise<void> => {
      const places = await placed(from)
      for (const partition of partitionsOf(from)) {
        const theirs = events.filter(({ userId }) => places.get(userId) === partition)
        expect(await all(from, partition, max)).toEqual(theirs)
        expect(await from.end(partition)).toBe(theirs.length)
      }
      expect(events.filter(({ userId }) => !places.has(userId))).toEqual([])
    }

    it('is empty at first', async () => {
      for (const partition of [undefined, ...partitionsOf(log)]) {
        expect(await log.end(partition)).toBe(0)
        expect(await log.read(0, 10, partition)).toMatchObject({ first: 0, next: 0, events: [] })
      }
    })

    it('uses all of its partitions, and means the first where none is named', async () => {
      const events = randomEvents('partitions', 400, { users: 100, items: 3 })
      await log.append(events)
      await expectHeld(log, events)
      for (const partition of partitionsOf(log)) expect(await log.end(partition)).toBeGreaterThan(0)
      expect(await log.end()).toBe(await log.end(0))
      expect(await log.read(3, 5)).toEqual(await log.read(3, 5, 0))
    })

    it('gives back every field as it was, whatever is left out', async () => {
      const full: Event = {
        eventId: 'é→𝄞 "\\',
        userId: 'u.1:~@-',
        type: 'click',
        itemId: 'i',
        authorId: 'a',
        time: 1_790_000_000_123,
        requestId: 'r',
        position: 0,
        surface: 'Ω',
        playMs: 1234.5,
      }
      const bare = EVENT_TYPES.map((type, i): Event => ({
        eventId: `${i}`,
        userId: 'u',
        type,
        ...(isAboutAuthor({ type }) ? { authorId: 'a' } : { itemId: 'i' }),
        time: i,
      }))
      await log.append([full, ...bare])
      await log.append([{ ...bare[0]!, position: 25 }])
      await expectHeld(log, [full, ...bare, { ...bare[0]!, position: 25 }])
    })

    it('counts offsets by event, densely, from wherever it is read', async () => {
      const random = randomOf('offsets')
      const sent = randomEvents('offsets', 60, { users: 3, items: 3 })
      for (let at = 0; at < sent.length;) {
        const size = 1 + Math.floor(random() * 9)
        await log.append(sent.slice(at, at + size))
        at += size
        await expectHeld(log, sent.slice(0, at))
      }
      for (const partition of partitionsOf(log)) {
        const events = await all(log, partition)
        for (let from = 0; from <= events.length; from++) {
          for (const max of [1, 2, 7, 100]) {
            const batch = await log.read(from, max, partition)
            expect(batch.first).toBe(from)
            expect(batch.next).toBe(from + batch.events.length)
            expect(batch.events.length > 0).toBe(from < events.length)
            expect(idsOf(batch.events)).toEqual(idsOf(events.slice(from, batch.next)))
          }
        }
        expect((await log.read(events.length + 5, 10, partition)).events).toEqual([])
      }
    })

    it('forgets a user at a mark: what stood before it is learnt from no more', async () => {
      const before = randomEvents('before', 300, { users: 4, items: 5 })
      const after = randomEvents('after', 100, { users: 4, items: 5 })
      await log.append(before)
      await log.append([forgetMark('u2', 1_790_000_000_000)])
      await log.append(after)
      const learnt: Event[] = []
      let marks = 0
      for (const partition of partitionsOf(log)) {
        const end = await log.end(partition)
        if (log.erase !== undefined) await log.erase(new Set(['u2']), end - after.length)
        const forgotten = await forgottenIn(log, partition, end)
        for (let at = 0; at < end;) {
          const batch = await log.read(at, 7, partition)
          learnt.push(...remembered(batch, forgotten))
          marks += batch.events.filter(isForgetMark).length
          at = batch.next
        }
        // Nothing has moved.
        expect(await log.end(partition)).toBe(end)
      }
      const kept = [...before.filter(({ userId }) => userId !== 'u2'), ...after]
      expect(new Set(idsOf(learnt))).toEqual(new Set(idsOf(kept)))
      expect([learnt.length, marks]).toEqual([kept.length, 1])
    })

    it('takes a large batch, and none', async () => {
      const events = randomEvents('large', 10_000, { users: 50, items: 50 })
      await log.append(events)
      await log.append([])
      await expectHeld(log, events, 777)
    })

    it('keeps a batch together and the order of the calls', async () => {
      const batches = Array.from({ length: 40 }, (_, i) =>
        randomEvents(`batch${i}`, 1 + (i % 7), { users: 3, items: 3 }),
      )
      await Promise.all(batches.map(batch => log.append(batch)))
      await expectHeld(log, batches.flat())
    })

    it('shows an acknowledged event to every handle', async () => {
      const other = await harness.another()
      const sent: Event[] = []
      for (let i = 0; i < 20; i++) {
        const [writer, reader] = i % 2 === 0 ? [log, other] : [other, log]
        const events = randomEvents(`turn${i}`, 3, { users: 3, items: 3 })
        sent.push(...events)
        await writer.append(events)
        await expectHeld(reader, sent)
      }
    })

    it('loses and doubles nothing when several handles append at once', async () => {
      const handles = [log, await harness.another(), await harness.another()]
      const sent = handles.map((_, h) =>
        Array.from({ length: 30 }, (_, i) =>
          randomEvents(`h${h}b${i}`, 1 + (i % 5), { users: 3, items: 3 }),
        ),
      )
      await Promise.all(handles.flatMap((handle, h) => sent[h]!.map(batch => handle.append(batch))))
      const reader = await harness.another()
      const places = await placed(reader)
      let held = 0
      for (const partition of partitionsOf(reader)) {
        const got = idsOf(await all(reader, partition))
        held += got.length
        for (const [h, batches] of sent.entries()) {
          const theirs = batches.flat().filter(({ userId }) => places.get(userId) === partition)
          expect(got.filter(id => id.startsWith(`h${h}b`))).toEqual(idsOf(theirs))
        }
      }
      expect(held).toBe(sent.flat(2).length)
    })

    it('has everything that was acknowledged after a restart', async () => {
      const events = randomEvents('restart', 500, { users: 9, items: 9 })
      for (let at = 0; at < events.length; at += 50) await log.append(events.slice(at, at + 50))
      const again = await harness.reopen()
      await expectHeld(again, events)
      await again.append(events.slice(0, 1))
      await expectHeld(again, [...events, events[0]!])
    })
  })
}
