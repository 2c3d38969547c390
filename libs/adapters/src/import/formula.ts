import type { Cell } from './cell.ts'
import { FORMULA_FUNCTIONS } from './formula-functions.ts'
import { INFIX, POWER, memberOf, negative, not } from './formula-operators.ts'
import type { Formula } from './formula-operators.ts'
import { FormulaError, formulaTokens } from './formula-tokens.ts'
import type { Token } from './formula-tokens.ts'
import { nearest } from './nearest.ts'

/** Numbers a column; `optional` where the formula wrote `column?`. */
type Bind = (column: string, optional: boolean) => number

const CONSTANTS: ReadonlyMap<string, Cell> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Deeper nesting is no formula that a person wrote, and would end in a stack overflow. */
const MAX_DEPTH = 100

/**
 * Compiles a formula to closures (operator precedence, Pratt, POPL 1973). No code is generated:
 * a mapping from a stranger can compute and compare, and reach nothing. Throws `FormulaError`.
 */
export const parseFormula = (source: string, bind: Bind): Formula => {
  const tokens = formulaTokens(source)
  let next = 0
  let depth = 0

  const peek = (): Token => tokens[next]!

  const fail = (expected: string): never => {
    throw new FormulaError(`expected ${expected}, found ${peek().text}`, peek().at)
  }

  /** Steps over the sign or word if it comes next. */
  const take = (text: string): boolean => {
    const { kind, text: found } = peek()
    const taken = found === text && (kind === 'sign' || kind === 'word')
    if (taken) next++
    return taken
  }

  const listUntil = (close: string): readonly Formula[] => {
    const list: Formula[] = []
    if (take(close)) return list
    do list.push(expression(POWER.none))
    while (take(','))
    if (!take(close)) fail(`, or ${close}`)
    return list
  }

  const call = (name: Token): Formula => {
    const known = [...FORMULA_FUNCTIONS.keys()]
    const found = FORMULA_FUNCTIONS.get(name.text)
    if (found === undefined) {
      const remedy = nearest(name.text, known) ?? `one of ${known.join(', ')}`
      throw new FormulaError(`unknown function ${name.text}, perhaps ${remedy}`, name.at)
    }
    const values = listUntil(')')
    const [least, most] = found.arity
    if (values.length < least || values.length > most) {
      throw new FormulaError(`${found.usage} does not take ${values.length} values`, name.at)
    }
    return row => found.call(values.map(value => value(row)))
  }

  const column = (name: string): Formula => {
    const index = bind(name, take('?'))
    return row => row[index] ?? null
  }

  const operand = (): Formula => {
    if (take('-')) return negative(expression(POWER.sign))
    if (take('not')) return not(expression(POWER.and))
    if (take('(')) {
      const inner = expression(POWER.none)
      return take(')') ? inner : fail('an operator or )')
    }
    const token = peek()
    if (token.kind === 'sign' || token.kind === 'end') return fail('a value')
    if (token.kind === 'word' && (INFIX.has(token.text) || token.text === 'in')) fail('a value')
    next++
    if (token.kind === 'column') return column(token.text)
    if (token.kind === 'word' && !CONSTANTS.has(token.text)) {
      return take('(') ? call(token) : column(token.text)
    }
    const constant =
      token.kind === 'number'
        ? Number(token.text)
        : token.kind === 'text'
          ? token.text
          : CONSTANTS.get(token.text)!
    return () => constant
  }

  /** What follows `in`. */
  const membership = (left: Formula): Formula =>
    take('[') ? memberOf(left, listUntil(']')) : fail('[')

  /** The longest expression from here on whose operators all bind tighter than `power`. */
  const expression = (power: number): Formula => {
    if (++depth > MAX_DEPTH) throw new FormulaError('nested too deeply', peek().at)
    let left = operand()
    for (let compared = false; ;) {
      const { kind, text } = peek()
      const infix = kind === 'sign' || kind === 'word' ? INFIX.get(text) : undefined
      const isMembership = kind === 'word' && (text === 'in' || text === 'not')
      const own = isMembership ? POWER.comparison : (infix?.power ?? POWER.none)
      if (own <= power) break
      if (compared && own === POWER.comparison) fail('and: comparisons do not chain')
      compared = own === POWER.comparison
      next++
      if (infix !== undefined) left = infix.build(left, expression(own))
      else if (text === 'in') left = membership(left)
      else left = take('in') ? not(membership(left)) : fail('in')
    }
    depth--
    return left
  }

  const whole = expression(POWER.none)
  if (peek().kind !== 'end') fail('an operator or the end')
  return whole
}
