import { ExploreError } from '@explore/explore'
import type { Millis } from '@explore/explore'
import { BadValue } from './cell.ts'
import type { Cell } from './cell.ts'
import { CONVERT, attributeName, category } from './convert.ts'
import type { FormulaScope, Reader } from './formula-scope.ts'
import type { FieldSpec } from './record-fields.ts'

type Formulas = Readonly<Record<string, unknown>>

/** Sets a field of the record under construction; an absent value leaves it out. */
type Fill = (record: Record<string, unknown>, cells: readonly Cell[]) => void

/** Compiles the plain fields of a record; `path` is where their formulas stand in the mapping. */
export const compileFields = <T>(
  specs: Readonly<Record<string, FieldSpec>>,
  formulas: Formulas,
  scope: FormulaScope,
  path: string,
  now: Millis,
): Reader<T> => {
  const fills = Object.entries(specs).flatMap(([name, { kind, required }]): Fill[] => {
    const source = formulas[name]
    if (typeof source !== 'string') return []
    const convert = CONVERT[kind]
    const read = scope.reader(source, `${path}.${name}`, cell => {
      if (cell !== null) return convert(cell, now)
      if (required) throw new BadValue('is missing', cell)
      return undefined
    })
    return [
      (record, cells) => {
        const value = read(cells)
        if (value !== undefined) record[name] = value
      },
    ]
  })
  return cells => {
    const record: Record<string, unknown> = {}
    for (const fill of fills) fill(record, cells)
    // The specs name exactly T's fields and check their types.
    return record as T
  }
}

type Attributes = Readonly<Record<string, string>>

interface AttributeFormulas {
  readonly attributes?: Attributes
  readonly attributeColumns?: readonly string[]
  readonly attributesFrom?: string
}

const entries = (cell: Cell): [string, string][] => {
  if (cell === null) return []
  if (typeof cell !== 'object' || Array.isArray(cell)) throw new BadValue('is not an object', cell)
  return Object.entries(cell).flatMap(([name, member]): [string, string][] => {
    const value = category(member)
    return value === undefined ? [] : [[attributeName(name), value]]
  })
}

const checkedName = (name: string, path: string): string => {
  try {
    return attributeName(name)
  } catch (cause) {
    throw new ExploreError('IMPORT_MAPPING', `the mapping’s ${path}: ${(cause as Error).message}`, {
      field: path,
      cause,
    })
  }
}

/** Compiles a record's attributes; undefined for a row that has none. Later ones win: from, columns, named. */
export const compileAttributes = (
  { attributes = {}, attributeColumns = [], attributesFrom }: AttributeFormulas,
  scope: FormulaScope,
  path: string,
): Reader<Attributes | undefined> => {
  const spread =
    attributesFrom === undefined
      ? undefined
      : scope.reader(attributesFrom, `${path}.attributesFrom`, entries)
  const named = [
    ...attributeColumns.map(column => {
      const place = `${path}.attributeColumns.${column}`
      return [checkedName(column, place), scope.column(column, place, category)] as const
    }),
    ...Object.entries(attributes).map(([name, source]) => {
      const place = `${path}.attributes.${name}`
      return [checkedName(name, place), scope.reader(source, place, category)] as const
    }),
  ]
  return cells => {
    const found = new Map(spread?.(cells))
    for (const [name, read] of named) {
      const text = read(cells)
      if (text !== undefined) found.set(name, text)
    }
    return found.size === 0 ? undefined : Object.fromEntries(found)
  }
}
