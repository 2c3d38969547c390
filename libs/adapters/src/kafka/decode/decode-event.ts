import {
  type Event,
  ExploreError,
  FORGET,
  forgetMark,
  ID_PATTERN,
  type Settings,
  validateEvent,
} from '@explore/explore'
import type { KafkaMessage } from 'kafkajs'
import { LETTER } from '../dead-letters.ts'
import { partitionOf } from '../load-kafkajs.ts'
import { decodeRecord, header } from './decode-record.ts'

/** What a record of the topic of events is, by rule. */
export type DecodedEvent = (
  | { readonly event: Event }
  /** A type that is newer than this version: passed over. */
  | { readonly newer: string }
  /** For the dead letters. */
  | { readonly refused: ExploreError }
) & { readonly unknown: number }

export interface EventPlace {
  readonly partition: number
  readonly partitions: number
  readonly settings: Settings
  /** The wall clock, for topics whose records are stamped by their producers. */
  readonly now: () => number
}

const LOG_APPEND_TIME = 1
const TYPE_NAME = /^[a-z][a-z0-9_]{0,31}$/

/**
 * Decodes and judges a record, and never throws. By what it is judged, the record and the broker's stamp on it, does not
 * change: reading the log again gives the same events.
 */
export const decodeEvent = (message: KafkaMessage, place: EventPlace): DecodedEvent => {
  try {
    const { row, unknown } = decodeRecord('Event', message)
    return { ...judged(row, message, place), unknown }
  } catch (thrown) {
    const refused =
      thrown instanceof ExploreError
        ? thrown
        : new ExploreError('RECORD_MALFORMED', `${thrown}`, { cause: thrown })
    return { refused, unknown: 0 }
  }
}

const judged = (
  row: Readonly<Record<string, unknown>>,
  message: KafkaMessage,
  { partition, partitions, settings, now }: EventPlace,
): { event: Event } | { newer: string } | { refused: ExploreError } => {
  const arrived = arrivalOf(message, now)
  const result =
    row.type === FORGET
      ? markOf(row, arrived)
      : validateEvent(row, { settings, now: arrived, knows: () => true })
  if ('verdict' in result) {
    const { code, field, message: why, hint } = result.verdict
    if (field === 'type' && typeof row.type === 'string' && TYPE_NAME.test(row.type)) {
      return { newer: row.type }
    }
    return { refused: new ExploreError(code, why, { hint, ...(field && { field }) }) }
  }
  const { userId } = result.event
  const right = partitionOf(userId, partitions)
  if (right === partition) return { event: result.event }
  const key = message.key === null ? 'none' : JSON.stringify(`${message.key}`.slice(0, 64))
  const why = `the key is ${key}: events of ${userId} belong into partition ${right}, not ${partition}`
  return { refused: new ExploreError('RECORD_MISPLACED', why, { field: 'userId' }) }
}

const ID = new RegExp(ID_PATTERN)

const markOf = ({ userId }: Readonly<Record<string, unknown>>, arrived: number) => {
  if (typeof userId === 'string' && ID.test(userId)) return { event: forgetMark(userId, arrived) }
  throw new ExploreError('ID_INVALID', 'a mark names the user to forget', { field: 'userId' })
}

/** The broker's stamp; a producer's only up to now. What was sent again arrived when it first did. */
const arrivalOf = (message: KafkaMessage, now: () => number): number => {
  const { batchContext } = message as {
    readonly batchContext?: { readonly timestampType?: number }
  }
  const stamp = Number(message.timestamp)
  const arrived = batchContext?.timestampType === LOG_APPEND_TIME ? stamp : Math.min(stamp, now())
  const before = Number(header(message.headers, LETTER.arrived) ?? arrived)
  return before > 0 && before < arrived ? before : arrived
}
