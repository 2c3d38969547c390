import { cellEquals, cellNumber, cellOrder, cellTruth } from './cell.ts'
import type { Cell } from './cell.ts'

/** Computes a formula on one row, whose cells are in the order in which the columns were numbered. */
export type Formula = (row: readonly Cell[]) => Cell

/** How tightly an operator binds: the higher, the tighter. */
export const POWER = { none: 0, or: 1, and: 2, comparison: 3, sum: 4, product: 5, sign: 6 } as const

interface Operator {
  readonly power: number
  readonly build: (left: Formula, right: Formula) => Formula
}

/** Arithmetic with something that is left out leaves the result out. */
const arithmetic = (power: number, apply: (a: number, b: number) => number): Operator => ({
  power,
  build: (left, right) => row => {
    const [a, b] = [cellNumber(left(row)), cellNumber(right(row))]
    return a === null || b === null ? null : apply(a, b)
  },
})

const comparison = (holds: (a: Cell, b: Cell) => boolean): Operator => ({
  power: POWER.comparison,
  build: (left, right) => row => holds(left(row), right(row)),
})

/** The operators that stand between two operands. */
export const INFIX: ReadonlyMap<string, Operator> = new Map([
  ['or', { power: POWER.or, build: (a, b) => row => cellTruth(a(row)) || cellTruth(b(row)) }],
  ['and', { power: POWER.and, build: (a, b) => row => cellTruth(a(row)) && cellTruth(b(row)) }],
  ['==', comparison(cellEquals)],
  ['!=', comparison((a, b) => !cellEquals(a, b))],
  ['<', comparison((a, b) => cellOrder(a, b) < 0)],
  ['<=', comparison((a, b) => cellOrder(a, b) <= 0)],
  ['>', comparison((a, b) => cellOrder(a, b) > 0)],
  ['>=', comparison((a, b) => cellOrder(a, b) >= 0)],
  ['+', arithmetic(POWER.sum, (a, b) => a + b)],
  ['-', arithmetic(POWER.sum, (a, b) => a - b)],
  ['*', arithmetic(POWER.product, (a, b) => a * b)],
  ['/', arithmetic(POWER.product, (a, b) => a / b)],
  ['%', arithmetic(POWER.product, (a, b) => a % b)],
] satisfies [string, Operator][])

export const not =
  (operand: Formula): Formula =>
  row =>
    !cellTruth(operand(row))

export const negative = (operand: Formula): Formula => INFIX.get('-')!.build(() => 0, operand)

export const memberOf =
  (operand: Formula, members: readonly Formula[]): Formula =>
  row => {
    const value = operand(row)
    return members.some(member => cellEquals(value, member(row)))
  }
