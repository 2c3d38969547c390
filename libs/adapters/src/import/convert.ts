import { ID_PATTERN } from '@explore/explore'
import type { Millis } from '@explore/explore'
import { BadValue, cellNumber, cellText } from './cell.ts'
import type { Cell } from './cell.ts'

const DAY = 86_400_000
const FIRST_CREATION = Date.UTC(1900, 0, 1)
const FIRST_EVENT = Date.UTC(2000, 0, 1)
const MAX_TEXT = 256
const MAX_SEQUENCE = 10_000
const ID = new RegExp(ID_PATTERN)

/** Turns a cell that is not null into a record's value, or throws `BadValue`. `now` is the import's time. */
type Convert = (cell: Cell, now: Millis) => unknown

const text = (cell: Cell): string => {
  const plain = cellText(cell).trim()
  if (plain.length > MAX_TEXT) throw new BadValue(`is longer than ${MAX_TEXT} characters`, cell)
  // What a decoder writes for bytes that are not UTF-8.
  if (plain.includes('\uFFFD')) throw new BadValue('is not UTF-8', cell)
  return plain
}

const id = (cell: Cell): string => {
  const plain = cellText(cell).trim()
  if (!ID.test(plain)) {
    throw new BadValue('is not an id: 1 to 64 characters of A-Z a-z 0-9 _ . : ~ @ -', cell)
  }
  return plain
}

const number = (cell: Cell, least: number, most: number): number => {
  const value = cellNumber(cell)!
  if (!(value >= least && value <= most && Number.isFinite(value))) {
    const bounds = most === Infinity ? `at least ${least}` : `from ${least} to ${most}`
    throw new BadValue(`is not a number ${bounds}`, cell)
  }
  return value
}

const time = (cell: Cell, earliest: Millis, now: Millis): Millis => {
  const value = Math.round(cellNumber(cell)!)
  if (value > earliest && value < now + DAY) return value
  const seconds = value * 1000 > FIRST_EVENT && value * 1000 < now + DAY
  if (value <= earliest && seconds) throw new BadValue('looks like seconds: use s(…)', cell)
  const year = new Date(earliest).getUTCFullYear()
  throw new BadValue(
    value > earliest ? 'is in the future' : `is not a time after the start of ${year}`,
    cell,
  )
}

const flag = (cell: Cell): boolean => {
  const plain = cellText(cell).toLowerCase()
  if (['true', '1'].includes(plain)) return true
  if (['false', '0'].includes(plain)) return false
  throw new BadValue('is not true, false, 1 or 0', cell)
}

const list = (cell: Cell): readonly Cell[] => (Array.isArray(cell) ? cell : [cell])

/** The items of a history; empty for null. */
export const idList = (cell: Cell): readonly string[] => {
  const cells = cell === null ? [] : list(cell)
  if (cells.length > MAX_SEQUENCE) throw new BadValue(`has more than ${MAX_SEQUENCE} ids`, cell)
  return cells.map(id)
}

const place = (cell: Cell): number => {
  const value = number(cell, 0, 2 ** 31)
  if (!Number.isInteger(value)) throw new BadValue('is not a whole number', cell)
  return value
}

/** A topic or an attribute's value; undefined for what is left out. A list or an object is no category. */
export const category = (cell: Cell): string | undefined => {
  if (cell === null) return undefined
  if (typeof cell === 'object') throw new BadValue('is not a text, a number, true or false', cell)
  return text(cell) || undefined
}

/** `__proto__` is refused because it would be lost, or worse, in the first object that copies it. */
export const attributeName = (name: string): string => {
  if (!ID.test(name) || name === '__proto__') throw new BadValue('is no attribute name', name)
  return name
}

/** How the fields of records are checked, by kind. */
export const CONVERT = {
  id: cell => id(cell),
  text: cell => text(cell),
  topics: cell => list(cell).flatMap(topic => category(topic) ?? []),
  amount: cell => number(cell, 0, Infinity),
  place: cell => place(cell),
  probability: cell => number(cell, 0, 1),
  flag: cell => flag(cell),
  creation: (cell, now) => time(cell, FIRST_CREATION, now),
  time: (cell, now) => time(cell, FIRST_EVENT, now),
} as const satisfies Record<string, Convert>

export type FieldKind = keyof typeof CONVERT
