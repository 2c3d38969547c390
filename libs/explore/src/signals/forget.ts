import type { EventLog, LogBatch } from '../ports.ts'
import { type Event, EVENT_TYPES, type EventType, type Id, type Millis } from '../types.ts'

/** The type of a mark: all of its user that stands before it in the log is forgotten. No caller may report it. */
export const FORGET = 'forget'
/** Its number where types are numbers: far behind EVENT_TYPES, which grows. */
const FORGET_NUMBER = 99
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...EVENT_TYPES.map((type, i) => [type, i] as const),
  [FORGET, FORGET_NUMBER],
])

/** The number of a type as logs store it: its index in EVENT_TYPES, or the mark's; −1 for none of them. */
export const typeNumber = (type: EventType): number => NUMBERS.get(type) ?? -1

/** The type of a number; undefined for one that this version does not know. */
export const typeOfNumber = (number: number): EventType | undefined =>
  number === FORGET_NUMBER ? (FORGET as EventType) : EVENT_TYPES[number]

/** A mark as logs take it: one more entry, in the order of its user's events. */
export const forgetMark = (userId: Id, time: Millis): Event => ({
  eventId: FORGET,
  userId,
  type: FORGET as EventType,
  time,
})

export const isForgetMark = ({ type }: Event): boolean => (type as string) === FORGET

/** Where a user was last forgotten. */
export interface Forgotten {
  /** Of the mark: what stands before it is gone. */
  readonly offset: number
  readonly time: Millis
}

/**
 * Whom a partition's entries before `end` forget. A log that erases what it forgets need not be read for it: there
 * nobody's entries are left.
 */
export const forgottenIn = async (
  log: Pick<EventLog, 'read' | 'erase'>,
  partition: number,
  end: number,
): Promise<ReadonlyMap<Id, Forgotten>> => {
  const marks = new Map<Id, Forgotten>()
  if (log.erase !== undefined) return marks
  for (let at = 0; at < end;) {
    const batch = await log.read(at, Math.min(BATCH, end - at), partition)
    if (batch.next <= at) break
    for (const [i, event] of batch.events.entries()) {
      if (!isForgetMark(event)) continue
      marks.set(event.userId, { offset: offsetOf(batch, i), time: event.time })
    }
    at = batch.next
  }
  return marks
}

const BATCH = 4096

const offsetOf = ({ first, offsets }: LogBatch, i: number): number => offsets?.[i] ?? first + i

/** The events of a batch that may be learnt from: no marks, nothing erased, nothing of before its user's mark. */
export const remembered = (batch: LogBatch, marks: ReadonlyMap<Id, Forgotten>): readonly Event[] =>
  batch.events.filter(
    (event, i) =>
      event.userId !== '' &&
      !isForgetMark(event) &&
      offsetOf(batch, i) >= (marks.get(event.userId)?.offset ?? 0),
  )
