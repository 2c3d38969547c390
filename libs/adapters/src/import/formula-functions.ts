import { hash as digest } from 'node:crypto'
import { BadValue, cellNumber, cellText, cellTruth } from './cell.ts'
import type { Cell } from './cell.ts'

interface FormulaFunction {
  /** How it is written, for the reference. */
  readonly usage: string
  readonly promise: string
  /** Fewest and most arguments. */
  readonly arity: readonly [least: number, most: number]
  readonly call: (values: readonly Cell[]) => Cell
}

const DATE =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/

/** Date.parse turns 30 February into 2 March: a day that does not exist is refused instead. */
const exists = (day: string): boolean => {
  const start = new Date(`${day}T00:00Z`)
  return !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day)
}

/** Date.parse alone reads a time without a zone as local: the result must not depend on the machine. */
const isoTime = (cell: Cell): number => {
  const [, day = '', time = '00:00', zone = 'Z'] = DATE.exec(cellText(cell).trim()) ?? []
  const millis = exists(day) ? Date.parse(`${day}T${time}${zone}`) : NaN
  if (Number.isNaN(millis)) throw new BadValue('is not an ISO 8601 date or time', cell)
  return millis
}

const compactDate = (cell: Cell): number => {
  const day = cellText(cell)
    .trim()
    .replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
  if (!exists(day)) throw new BadValue('is not a date of the form yyyymmdd', cell)
  return Date.parse(`${day}T00:00Z`)
}

const jsonValue = (cell: Cell): Cell => {
  if (typeof cell !== 'string') return cell
  try {
    return JSON.parse(cell) as Cell
  } catch {
    throw new BadValue('is not JSON', cell)
  }
}

const splitText = (cell: Cell, separator: string): readonly Cell[] =>
  Array.isArray(cell)
    ? cell
    : cellText(cell)
        .split(separator)
        .map(part => part.trim())
        .filter(part => part !== '')

/** Lets a function speak of values only: what is left out stays left out. */
const nullIn =
  (call: (cell: Cell, ...more: readonly Cell[]) => Cell) =>
  ([first = null, ...rest]: readonly Cell[]): Cell =>
    first === null ? null : call(first, ...rest)

/** 96 bits: of 10^9 rows two share a hash with probability 10^-11. */
export const hashText = (text: string): string => digest('sha1', text, 'base64url').slice(0, 16)

/** The name is what stands before the parenthesis. */
const entry = (
  usage: string,
  promise: string,
  arity: FormulaFunction['arity'],
  call: FormulaFunction['call'],
): readonly [string, FormulaFunction] => [
  usage.slice(0, usage.indexOf('(')),
  { usage, promise, arity, call },
]

/** Every function that a formula may call. */
export const FORMULA_FUNCTIONS: ReadonlyMap<string, FormulaFunction> = new Map([
  entry(
    'coalesce(a, b, …)',
    'the first value that is not null',
    [1, 16],
    values => values.find(value => value !== null) ?? null,
  ),
  entry(
    "concat(a, '-', b, …)",
    'the values as one text; null where one of them is null',
    [1, 16],
    values => (values.includes(null) ? null : values.map(cellText).join('')),
  ),
  entry(
    'hash(a, b, …)',
    '16 characters that depend on all values and on nothing else',
    [1, 16],
    values => hashText(JSON.stringify(values.map(cellText))),
  ),
  entry(
    'if(condition, a, b)',
    '`a` where the condition holds, else `b`',
    [3, 3],
    ([condition = null, a = null, b = null]) => (cellTruth(condition) ? a : b),
  ),
  entry(
    'iso(x)',
    'a time from `2022-04-25`, `2022-04-25 13:00` or `2022-04-25T13:00:00.5+02:00`; UTC where no zone is given',
    [1, 1],
    nullIn(isoTime),
  ),
  entry(
    'json(x)',
    'the value that a JSON text holds; what is no text stays as it is',
    [1, 1],
    nullIn(jsonValue),
  ),
  entry(
    'lower(x)',
    'the text in lower case',
    [1, 1],
    nullIn(cell => cellText(cell).toLowerCase()),
  ),
  entry('ms(x)', 'a time from milliseconds since 1970', [1, 1], nullIn(cellNumber)),
  entry(
    's(x)',
    'a time from seconds since 1970, fractions allowed',
    [1, 1],
    nullIn(cell => cellNumber(cell)! * 1000),
  ),
  entry(
    "split(x, ',')",
    'a list from a text, parts trimmed, empty ones left out; the separator is a space if not given; a list stays as it is',
    [1, 2],
    nullIn((cell, separator = ' ') => splitText(cell, cellText(separator))),
  ),
  entry('yyyymmdd(x)', 'the first millisecond of that day, UTC', [1, 1], nullIn(compactDate)),
])
