import type { Settings } from '../../settings.ts'
import { type Event, EVENT_TYPES, type EventType, type Id, type Millis } from '../../types.ts'
import { isAboutAuthor } from '../signal.ts'
import { contentId } from './content-id.ts'
import { instantOf } from './instant.ts'
import {
  idProblem,
  numberProblem,
  type Problem,
  rejected,
  type Rejection,
  shown,
  textProblem,
} from './problems.ts'

/** What a row is judged by. */
export interface Judgement {
  readonly settings: Settings
  /** The log's clock. */
  readonly now: Millis
  /** Whether the item was ever described or named. */
  readonly knows: (item: Id) => boolean
}

const TYPES: ReadonlySet<unknown> = new Set(EVENT_TYPES)
const MAX_POSITION = 100_000
const DAY = 86_400_000
/** No time in milliseconds since 1973 is smaller: it was given in seconds. */
const SECONDS = 1e11

/**
 * One row of a batch, of any shape, as an event, or why it is none; never throws. Unknown fields are ignored, null is as
 * good as absent. Without `time` it happened now; without `eventId` it gets a content id, by which it is idempotent
 * where it names its time. A time in the tolerated future is clamped to now.
 */
export const validateEvent = (
  row: unknown,
  judgement: Judgement,
): { readonly event: Event } | { readonly verdict: Rejection } => {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return rejected('FIELD_INVALID', undefined, 'an event must be an object')
  }
  const userId = own(row, 'userId')
  const type = own(row, 'type')
  const itemId = own(row, 'itemId')
  const authorId = own(row, 'authorId')
  const eventId = own(row, 'eventId')
  const requestId = own(row, 'requestId')
  const surface = own(row, 'surface')
  const position = own(row, 'position')
  const playMs = own(row, 'playMs')
  const time = timeOf(own(row, 'time'), judgement.now)

  const verdict =
    idProblem('userId', userId, true) ??
    typeProblem(type) ??
    subjectProblem(type as EventType, itemId, authorId, judgement) ??
    timeProblem(time, judgement) ??
    textProblem('eventId', eventId) ??
    textProblem('requestId', requestId) ??
    textProblem('surface', surface) ??
    numberProblem('position', position, MAX_POSITION, true) ??
    numberProblem('playMs', playMs, DAY, false)
  if (verdict) return verdict

  const event = {
    userId,
    type,
    itemId,
    authorId,
    time,
    requestId,
    position,
    surface,
    playMs,
    eventId,
  } as { -readonly [K in keyof Event]: Event[K] }
  // Of the time that was said, which is the same when it is said again.
  event.eventId ??= contentId(event)
  event.time = Math.min(time, judgement.now)
  return { event }
}

/** A field that the row itself has; null is as good as absent. */
const own = (row: object, name: keyof Event): unknown =>
  Object.hasOwn(row, name) ? ((row as Record<string, unknown>)[name] ?? undefined) : undefined

const typeProblem = (type: unknown): Problem =>
  TYPES.has(type)
    ? undefined
    : rejected(
        'FIELD_INVALID',
        'type',
        type === undefined ? 'type is missing' : `there is no event type ${shown(type)}`,
        `one of ${EVENT_TYPES.join(', ')}`,
      )

/** Of an event's item and author. */
const subjectProblem = (
  type: EventType,
  itemId: unknown,
  authorId: unknown,
  { settings, knows }: Judgement,
): Problem => {
  const optional = isAboutAuthor({ type }) && authorId !== undefined
  const problem = idProblem('itemId', itemId, !optional) ?? idProblem('authorId', authorId, false)
  if (problem || itemId === undefined || settings['events.unknownItems'] === 'accept')
    return problem
  return knows(itemId as Id)
    ? undefined
    : rejected('ITEM_UNKNOWN', 'itemId', `there is no item ${shown(itemId)}`)
}

/** NaN for what is no time. */
const timeOf = (value: unknown, now: Millis): number => {
  if (value === undefined) return now
  if (typeof value === 'number') return Math.floor(value)
  return typeof value === 'string' ? (instantOf(value) ?? NaN) : NaN
}

const timeProblem = (time: number, { settings, now }: Judgement): Problem => {
  const hint = 'milliseconds since 1970, or ISO 8601 with a zone: 2026-11-23T16:00:00Z'
  if (!Number.isFinite(time)) return rejected('FIELD_INVALID', 'time', 'time is not a time', hint)
  const ahead = settings['events.futureMs']
  if (time > now + ahead) {
    return rejected('FIELD_INVALID', 'time', `time is more than ${ahead} ms in the future`, hint)
  }
  const days = settings['events.maxAgeDays']
  if (time >= now - days * DAY) return undefined
  const why = time > 0 && time < SECONDS ? ': it looks like seconds' : ''
  return rejected('FIELD_INVALID', 'time', `time is more than ${days} days ago${why}`, hint)
}
