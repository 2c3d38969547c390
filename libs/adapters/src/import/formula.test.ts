import { describe, expect, it } from 'vitest'
import { BadValue } from './cell.ts'
import type { Cell } from './cell.ts'
import { parseFormula } from './formula.ts'
import { FormulaError } from './formula-tokens.ts'

const evaluate = (source: string, row: Readonly<Record<string, Cell>> = {}): Cell => {
  const columns = Object.keys(row)
  return parseFormula(source, name => columns.indexOf(name))(Object.values(row))
}

describe('formula', () => {
  it.each<[string, Cell]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['-2 * -3', 6],
    ['7 % 4 / 2', 1.5],
    ['2 - -1e-1', 2.1],
    ['1 + 1 == 2 and 3 > 2', true],
    ['true or false and false', true],
    ['not 1 == 2', true],
    ['not true and false', false],
    ['not (true and false)', true],
    ["'a' < 'b'", true],
    ['2 in [1, 2]', true],
    ['2 not in [1, 2] or 1 in []', false],
    [`'it\\'s'`, "it's"],
    [`"a\\\\b"`, 'a\\b'],
  ])('%s is %s', (source, value) => {
    expect(evaluate(source)).toBe(value)
  })

  it('compares what CSV left as text with numbers by value and with text letter by letter', () => {
    const row = { click: '1', none: '0', play: '900', long: '1000', big: '9007199254740993' }
    expect(evaluate('click == 1', row)).toBe(true)
    expect(evaluate('click == 1.0 and not none', row)).toBe(true)
    expect(evaluate('play < long', row)).toBe(true)
    expect(evaluate("big == '9007199254740992'", row)).toBe(false)
    expect(evaluate("click in ['1.0']", row)).toBe(false)
  })

  it('lets null through arithmetic and makes it equal to null only', () => {
    const row = { gone: null }
    expect(evaluate('gone + 1', row)).toBeNull()
    expect(evaluate('gone == null', row)).toBe(true)
    expect(evaluate('gone == 0 or gone < 1 or gone >= 0', row)).toBe(false)
    expect(evaluate('coalesce(gone, 5)', row)).toBe(5)
  })

  it('refuses to compute with text that is no number', () => {
    expect(() => evaluate('a + 1', { a: 'x' })).toThrow(BadValue)
    expect(() => evaluate('a + 1', { a: [1] })).toThrow(BadValue)
  })

  it('takes any column name between backquotes, and dotted and reserved names there', () => {
    expect(evaluate('`is click` + `or`', { 'is click': 1, or: 2 })).toBe(3)
    expect(evaluate('a.b', { 'a.b': 4 })).toBe(4)
    expect(evaluate('__proto__ == null', {})).toBe(true)
  })

  it('tells the binder which columns may be absent', () => {
    const seen: [string, boolean][] = []
    parseFormula('coalesce(a?, `b c`?, d)', (name, optional) => seen.push([name, optional]))
    expect(seen).toEqual([
      ['a', true],
      ['b c', true],
      ['d', false],
    ])
  })

  it.each<[string, Cell]>([
    ["iso('2022-04-25')", Date.UTC(2022, 3, 25)],
    ["iso('2022-04-25 13:00')", Date.UTC(2022, 3, 25, 13)],
    ["iso('2022-04-25T13:00:00.250+02:00')", Date.UTC(2022, 3, 25, 11, 0, 0, 250)],
    ['yyyymmdd(20220425)', Date.UTC(2022, 3, 25)],
    ["s('1650812741.5')", 1650812741500],
    ["ms('1650812741436')", 1650812741436],
    ["split('a  b')", ['a', 'b']],
    ["split('a, b,,c', ',')", ['a', 'b', 'c']],
    ["split(json('[1,2]'))", [1, 2]],
    ["concat('u', 1, '-', true)", 'u1-true'],
    ["concat('u', null)", null],
    ["lower('AbC')", 'abc'],
    ["if('0', 'yes', 'no')", 'no'],
    ['ms(null)', null],
    ['split(null)', null],
  ])('%s', (source, value) => {
    expect(evaluate(source)).toEqual(value)
  })

  it('hashes by value alone, and keeps neighbours apart', () => {
    expect(evaluate("hash('a', 1)")).toBe(evaluate("hash('a', '1')"))
    expect(evaluate("hash('ab', 'c')")).not.toBe(evaluate("hash('a', 'bc')"))
    expect(evaluate("hash('a', null)")).toMatch(/^[\w-]{16}$/)
  })

  it.each([
    ["iso('2022-13-40')", 'is not an ISO 8601 date or time'],
    ["iso('25.04.2022')", 'is not an ISO 8601 date or time'],
    ["iso('2022-02-30 12:00')", 'is not an ISO 8601 date or time'],
    ["yyyymmdd('22-04-25')", 'is not a date of the form yyyymmdd'],
    ["yyyymmdd('20220230')", 'is not a date of the form yyyymmdd'],
    ["ms('soon')", 'is not a number'],
    ["json('{')", 'is not JSON'],
  ])('%s: the value %s', (source, reason) => {
    expect(() => evaluate(source)).toThrow(reason)
  })

  it.each<[string, number, string]>([
    ['is_click = 1', 10, 'equality is =='],
    ['(a', 3, 'expected an operator or ), found the end'],
    ['a b', 3, 'expected an operator or the end, found b'],
    ['a +', 4, 'expected a value, found the end'],
    ['a in 3', 6, 'expected [, found 3'],
    ['a in [1', 8, 'expected , or ], found the end'],
    ['a not 3', 7, 'expected in, found 3'],
    ['1 < 2 < 3', 7, 'comparisons do not chain'],
    ["a == 'b", 6, 'never closed'],
    ['splitt(a)', 1, 'perhaps split'],
    ['constructor(a)', 1, 'unknown function constructor'],
    ['if(a)', 1, 'if(condition, a, b) does not take 1 values'],
    ['and', 1, 'expected a value'],
    ['', 1, 'expected a value'],
    ['a; b', 2, 'unexpected ;'],
    ['('.repeat(200), 101, 'nested too deeply'],
  ])('%s fails at column %i', (source, at, message) => {
    const failure = (() => {
      try {
        return parseFormula(source, () => 0)
      } catch (error) {
        return error
      }
    })()
    expect(failure).toBeInstanceOf(FormulaError)
    expect(failure).toMatchObject({ at, message: expect.stringContaining(message) })
  })
})
