/** One value of a row or of a formula. `null` is what a file leaves out: an empty CSV field, a JSON null. */
export type Cell = string | number | boolean | null | readonly Cell[] | CellObject

/** A JSON object or a Parquet struct. Its keys come from outside: read them with `Object.entries`. */
interface CellObject {
  readonly [key: string]: Cell
}

/** A value that does not fit; the importer turns it into a rejected row. */
export class BadValue extends Error {
  readonly value: Cell

  constructor(reason: string, value: Cell) {
    super(reason)
    this.value = value
  }
}

/** Cells as a person would read them, for ids, attributes and messages. */
export const cellText = (cell: Cell): string =>
  typeof cell === 'string'
    ? cell
    : cell === null
      ? ''
      : typeof cell === 'object'
        ? JSON.stringify(cell)
        : String(cell)

/** The number that a cell holds or spells, NaN for anything else. */
const numberIn = (cell: Cell): number =>
  typeof cell === 'number'
    ? cell
    : typeof cell === 'boolean'
      ? Number(cell)
      : typeof cell === 'string' && cell.trim() !== ''
        ? Number(cell)
        : NaN

/** The number in a cell, null for null; throws `BadValue` for text that is no number. */
export const cellNumber = (cell: Cell): number | null => {
  if (cell === null) return null
  const number = numberIn(cell)
  if (Number.isNaN(number)) throw new BadValue('is not a number', cell)
  return number
}

/** False for null, false, NaN, zero, empty lists, and for text that is empty, `false` or spells zero. */
export const cellTruth = (cell: Cell): boolean => {
  if (typeof cell === 'string') {
    return cell !== '' && cell.toLowerCase() !== 'false' && Number(cell) !== 0
  }
  if (Array.isArray(cell)) return cell.length > 0
  return Boolean(cell)
}

/** Text equals text letter by letter (ids may exceed 2^53); a number equals text that spells it. */
export const cellEquals = (a: Cell, b: Cell): boolean =>
  a === b || (typeof a !== typeof b && a !== null && b !== null && numberIn(a) === numberIn(b))

/** Negative, zero or positive; as numbers where both are, else as text; NaN where either is null. */
export const cellOrder = (a: Cell, b: Cell): number => {
  if (a === null || b === null) return NaN
  const order = numberIn(a) - numberIn(b)
  if (!Number.isNaN(order)) return order
  const [left, right] = [cellText(a), cellText(b)]
  return left < right ? -1 : Number(left > right)
}
