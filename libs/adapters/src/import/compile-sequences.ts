import { EVENT_TYPES } from '@explore/explore'
import type { Event, EventType, Millis } from '@explore/explore'
import { eventHash } from './compile-event.ts'
import { compileFields } from './compile-record.ts'
import { idList } from './convert.ts'
import type { FormulaScope, Reader } from './formula-scope.ts'
import { laySequences } from './lay-sequences.ts'
import type { FileRule } from './mapping-schema.ts'
import { SEQUENCE_FIELDS } from './record-fields.ts'

interface Owner {
  readonly userId: string
  readonly lastTime: Millis
  readonly surface?: string
}

/** Compiles the events of a row that holds a user's history as lists of items. */
export const compileSequences = (
  rule: NonNullable<FileRule['sequences']>,
  scope: FormulaScope,
  path: string,
  now: Millis,
): Reader<Event[]> => {
  const owner = compileFields<Owner>(SEQUENCE_FIELDS, rule, scope, path, now)
  const impressions = scope.reader(rule.impressions, `${path}.impressions`, idList)
  const types = EVENT_TYPES.flatMap((type): [EventType, Reader<readonly string[]>][] => {
    const source = rule.types[type]
    return source === undefined
      ? []
      : [[type, scope.reader(source, `${path}.types.${type}`, idList)]]
  })
  return cells => {
    const { userId, lastTime, surface } = owner(cells)
    const laid = laySequences({
      impressions: impressions(cells),
      types: types.map(([type, read]) => [type, read(cells)]),
      lastTime,
      stepMs: rule.stepMs,
      partial: rule.partial ?? false,
    })
    return laid.map(({ type, itemId, time }): Event => {
      const eventId = `${eventHash({ userId, itemId, time })}:${type}`
      return { eventId, userId, itemId, time, ...(surface !== undefined && { surface }), type }
    })
  }
}
