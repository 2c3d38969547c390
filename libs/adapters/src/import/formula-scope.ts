import { ExploreError } from '@explore/explore'
import { BadValue, cellText } from './cell.ts'
import type { Cell } from './cell.ts'
import { parseFormula } from './formula.ts'
import { FormulaError } from './formula-tokens.ts'
import type { FileRule } from './mapping-schema.ts'
import { RejectedRow } from './rejected-row.ts'

/** A column that a rule reads. */
export interface Column {
  readonly name: string
  /** Every formula that reads it wrote `column?`: a file may lack it. */
  readonly optional: boolean
}

/** Computes one field of a record on one row; throws `RejectedRow`. */
export type Reader<T> = (cells: readonly Cell[]) => T

/** The formulas of one rule: they share its columns, and know their place in the mapping for messages. */
export interface FormulaScope {
  /** All columns that were read, in the order in which rows must hold them. */
  readonly columns: () => readonly Column[]
  /** Compiles a formula; what it computes goes through `convert`, whose `BadValue` becomes a `RejectedRow`. */
  readonly reader: <T>(source: string, path: string, convert: (cell: Cell) => T) => Reader<T>
  /** The reader of one column as it stands. */
  readonly column: <T>(name: string, path: string, convert: (cell: Cell) => T) => Reader<T>
}

/** Throws IMPORT_MAPPING for formulas that cannot be read or read an excluded column. */
export const formulaScope = (exclude: FileRule['exclude']): FormulaScope => {
  const known = new Map<string, { readonly index: number; optional: boolean }>()
  const excluded = new Set(exclude?.columns)

  const bind = (name: string, optional: boolean, path: string): number => {
    if (excluded.has(name)) {
      const message = `the mapping’s ${path} reads ${name}, which is excluded: ${exclude?.reason}`
      throw new ExploreError('IMPORT_MAPPING', message, { field: path })
    }
    const column = known.get(name) ?? { index: known.size, optional }
    column.optional &&= optional
    known.set(name, column)
    return column.index
  }

  /** `path` without the rule, as rejected rows call the field. */
  const guarded = <T>(read: Reader<T>, columns: readonly string[], path: string): Reader<T> => {
    const field = path.slice(path.lastIndexOf('.') + 1)
    return cells => {
      try {
        return read(cells)
      } catch (error) {
        if (!(error instanceof BadValue)) throw error
        throw new RejectedRow(columns.join(' '), `${field} ${error.message}`, cellText(error.value))
      }
    }
  }

  return {
    columns: () => [...known].map(([name, { optional }]) => ({ name, optional })),

    reader: (source, path, convert) => {
      const columns: string[] = []
      try {
        const evaluate = parseFormula(source, (name, optional) => {
          columns.push(name)
          return bind(name, optional, path)
        })
        return guarded(cells => convert(evaluate(cells)), columns, path)
      } catch (error) {
        if (!(error instanceof FormulaError)) throw error
        const message = `the mapping’s ${path}: ${error.message}, at column ${error.at} of ${source}`
        throw new ExploreError('IMPORT_MAPPING', message, { field: path, cause: error })
      }
    },

    column: (name, path, convert) => {
      const index = bind(name, false, path)
      return guarded(cells => convert(cells[index] ?? null), [name], path)
    },
  }
}
