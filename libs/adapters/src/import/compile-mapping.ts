import { ExploreError } from '@explore/explore'
import type { Event, Item, Millis, User } from '@explore/explore'
import { cellTruth } from './cell.ts'
import type { Cell } from './cell.ts'
import { compileAttributes, compileFields } from './compile-record.ts'
import { compileEvent } from './compile-event.ts'
import { compileSequences } from './compile-sequences.ts'
import { formulaScope } from './formula-scope.ts'
import type { Column, FormulaScope, Reader } from './formula-scope.ts'
import type { FileRule, Mapping } from './mapping-schema.ts'
import { ITEM_FIELDS, USER_FIELDS } from './record-fields.ts'

/** What a row becomes; all empty where the rule skips it. */
interface RowRecords {
  readonly item?: Item
  readonly user?: User
  readonly events: readonly Event[]
}

export interface CompiledRule {
  readonly match: string
  /** What rows must hold, in this order. */
  readonly columns: readonly Column[]
  /** Throws `RejectedRow`. */
  readonly records: Reader<RowRecords>
}

type DescribedRule = NonNullable<FileRule['item'] | FileRule['user']>

const compileDescribed = <T>(
  specs: typeof ITEM_FIELDS | typeof USER_FIELDS,
  rule: DescribedRule | undefined,
  scope: FormulaScope,
  path: string,
  now: Millis,
): Reader<T | undefined> => {
  if (rule === undefined) return () => undefined
  const fields = compileFields<T>(specs, rule, scope, path, now)
  const attributes = compileAttributes(rule, scope, path)
  return cells => {
    const record = fields(cells)
    const found = attributes(cells)
    return found === undefined ? record : { ...record, attributes: found }
  }
}

const NOTHING: RowRecords = { events: [] }

const compileRule = (rule: FileRule, path: string, now: Millis): CompiledRule => {
  const { match, exclude, missing = [] } = rule
  if (!rule.item && !rule.user && !rule.event && !rule.sequences) {
    const message = `the mapping’s ${path} makes nothing: give item, user, event or sequences`
    throw new ExploreError('IMPORT_MAPPING', message, { field: path })
  }
  const scope = formulaScope(exclude)
  const wanted = scope.reader(rule.when ?? 'true', `${path}.when`, cellTruth)
  const item = compileDescribed<Item>(ITEM_FIELDS, rule.item, scope, `${path}.item`, now)
  const user = compileDescribed<User>(USER_FIELDS, rule.user, scope, `${path}.user`, now)
  const events = [
    ...(rule.event ? [compileEvent(rule.event, scope, `${path}.event`, now)] : []),
    ...(rule.sequences ? [compileSequences(rule.sequences, scope, `${path}.sequences`, now)] : []),
  ]
  const none = new Set<Cell>(missing)
  const clean = (cells: readonly Cell[]): readonly Cell[] =>
    none.size === 0 ? cells : cells.map(cell => (none.has(cell) ? null : cell))
  return {
    match,
    columns: scope.columns(),
    records: row => {
      const cells = clean(row)
      if (!wanted(cells)) return NOTHING
      return {
        item: item(cells),
        user: user(cells),
        events: events.flatMap(read => read(cells)),
      }
    },
  }
}

/** Compiles a mapping's rules, in order. Throws IMPORT_MAPPING with the path of what is wrong. */
export const compileMapping = (mapping: Mapping, now: Millis): readonly CompiledRule[] =>
  mapping.files.map((rule, i) => compileRule(rule, `files[${i}]`, now))
