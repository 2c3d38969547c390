import { EVENT_TYPES, ExploreError } from '@explore/explore'
import type { Event, EventType, Millis } from '@explore/explore'
import { BadValue, cellText, cellTruth } from './cell.ts'
import type { Cell } from './cell.ts'
import { compileFields } from './compile-record.ts'
import { CONVERT } from './convert.ts'
import { hashText } from './formula-functions.ts'
import type { FormulaScope, Reader } from './formula-scope.ts'
import type { FileRule } from './mapping-schema.ts'
import { nearest } from './nearest.ts'
import { EVENT_FIELDS } from './record-fields.ts'
import { RejectedRow } from './rejected-row.ts'

type EventRule = NonNullable<FileRule['event']>

/** All of an event but its type; the id is there if the mapping gave one. */
type Deed = Omit<Event, 'type' | 'eventId'> & { readonly eventId?: string }

const eventType = (cell: Cell): EventType => {
  const name = cellText(cell)
  const type = EVENT_TYPES.find(known => known === name)
  if (type !== undefined) return type
  const guess = nearest(name, EVENT_TYPES)
  throw new BadValue(`is not an event type${guess ? `: perhaps ${guess}` : ''}`, cell)
}

/** Who did what to whom and when: two events that agree on it are one, sent twice. */
export const eventHash = (deed: Omit<Deed, 'eventId'>): string =>
  hashText(`${deed.userId} ${deed.itemId ?? ''} ${deed.authorId ?? ''} ${deed.time}`)

const AUTHOR_TYPES: readonly EventType[] = ['hide_author', 'unhide_author']

const checked = (event: Event): Event => {
  if (event.itemId === undefined && !AUTHOR_TYPES.includes(event.type)) {
    throw new RejectedRow('', `a ${event.type} needs an itemId`, '')
  }
  if (event.itemId === undefined && event.authorId === undefined) {
    throw new RejectedRow('', `a ${event.type} needs an itemId or an authorId`, '')
  }
  return event
}

const typedId = (id: string, type: EventType): string => {
  try {
    return CONVERT.id(`${id}:${type}`)
  } catch (error) {
    if (!(error instanceof BadValue)) throw error
    throw new RejectedRow('', `eventId with its type ${error.message}`, cellText(error.value))
  }
}

/** The types that a row stands for, in the order of EVENT_TYPES: impressions come first. */
const compileTypes = (rule: EventRule, scope: FormulaScope, path: string): Reader<EventType[]> => {
  if ((rule.type === undefined) === (rule.types === undefined)) {
    throw new ExploreError('IMPORT_MAPPING', `the mapping’s ${path}: give either type or types`, {
      field: path,
    })
  }
  if (rule.type !== undefined) {
    const read = scope.reader(rule.type, `${path}.type`, eventType)
    return cells => [read(cells)]
  }
  const conditions = EVENT_TYPES.flatMap(type => {
    const source = rule.types?.[type]
    if (source === undefined) return []
    return [{ type, holds: scope.reader(source, `${path}.types.${type}`, cellTruth) }]
  })
  return cells => conditions.filter(({ holds }) => holds(cells)).map(({ type }) => type)
}

/**
 * Compiles the events of a row. An id that the mapping gives is the event's own where it also gives
 * the `type`; where a row may be several events, and for hashes, the type is appended.
 */
export const compileEvent = (
  rule: EventRule,
  scope: FormulaScope,
  path: string,
  now: Millis,
): Reader<Event[]> => {
  const types = compileTypes(rule, scope, path)
  const deed = compileFields<Deed>(EVENT_FIELDS, rule, scope, path, now)
  return cells => {
    const found = types(cells)
    if (found.length === 0) return []
    const { eventId, ...rest } = deed(cells)
    if (eventId !== undefined && rule.type !== undefined) {
      return found.map(type => checked({ eventId, ...rest, type }))
    }
    const id = eventId ?? eventHash(rest)
    return found.map(type => checked({ eventId: typedId(id, type), ...rest, type }))
  }
}
