import { type Event, type EventLog, EVENT_TYPES, randomOf } from '@explore/explore'
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

    /** The whole log, `max` events at a time. */
    const all = async (from: EventLog, max = 1000): Promise<Event[]> => {
      const events: Event[] = []
      for (;;) {
        const batch = await from.read(events.length, max)
        expect(batch.first).toBe(events.length)
        expect(batch.next).toBe(events.length + batch.events.length)
        if (batch.events.length === 0) return events
        events.push(...batch.events)
      }
    }

    it('is empty at first', async () => {
      expect(await log.end()).toBe(0)
      expect(await log.read(0, 10)).toEqual({ first: 0, next: 0, events: [] })
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
        time: i,
      }))
      await log.append([full, ...bare])
      await log.append([{ ...bare[0]!, position: 25 }])
      expect(await all(log)).toEqual([full, ...bare, { ...bare[0]!, position: 25 }])
    })

    it('counts offsets by event, densely, from wherever it is read', async () => {
      const random = randomOf('offsets')
      const events = randomEvents('offsets', 60, { users: 3, items: 3 })
      for (let at = 0; at < events.length;) {
        const size = 1 + Math.floor(random() * 9)
        await log.append(events.slice(at, at + size))
        at += size
        expect(await log.end()).toBe(Math.min(at, events.length))
      }
      for (let from = 0; from <= events.length; from++) {
        for (const max of [1, 2, 7, 100]) {
          const batch = await log.read(from, max)
          expect(batch.first).toBe(from)
          expect(batch.next).toBe(from + batch.events.length)
          expect(batch.events.length > 0).toBe(from < events.length)
          expect(idsOf(batch.events)).toEqual(idsOf(events.slice(from, batch.next)))
        }
      }
      expect((await log.read(events.length + 5, 10)).events).toEqual([])
    })

    it('takes a large batch, and none', async () => {
      const events = randomEvents('large', 10_000, { users: 50, items: 50 })
      await log.append(events)
      await log.append([])
      expect(await log.end()).toBe(10_000)
      expect(idsOf(await all(log, 777))).toEqual(idsOf(events))
    })

    it('keeps a batch together and the order of the calls', async () => {
      const batches = Array.from({ length: 40 }, (_, i) =>
        randomEvents(`batch${i}`, 1 + (i % 7), { users: 3, items: 3 }),
      )
      await Promise.all(batches.map(batch => log.append(batch)))
      expect(idsOf(await all(log))).toEqual(idsOf(batches.flat()))
    })

    it('shows an acknowledged event to every handle', async () => {
      const other = await harness.another()
      for (let i = 0; i < 20; i++) {
        const [writer, reader] = i % 2 === 0 ? [log, other] : [other, log]
        await writer.append(randomEvents(`turn${i}`, 3, { users: 3, items: 3 }))
        expect(await reader.end()).toBe(3 * (i + 1))
        expect(idsOf((await reader.read(3 * i, 100)).events)).toEqual(
          [0, 1, 2].map(k => `turn${i}-${k}`),
        )
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
      const got = idsOf(await all(await harness.another()))
      expect(got.toSorted()).toEqual(idsOf(sent.flat(2)).toSorted())
      for (const [h, batches] of sent.entries()) {
        expect(got.filter(id => id.startsWith(`h${h}b`))).toEqual(idsOf(batches.flat()))
      }
    })

    it('has everything that was acknowledged after a restart', async () => {
      const events = randomEvents('restart', 500, { users: 9, items: 9 })
      for (let at = 0; at < events.length; at += 50) await log.append(events.slice(at, at + 50))
      const again = await harness.reopen()
      expect(await all(again)).toEqual(events)
      await again.append(events.slice(0, 1))
      expect(await again.end()).toBe(501)
    })
  })
}
