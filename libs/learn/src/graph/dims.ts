import { ExploreError } from '@explore/explore'
import type { Dim, Shape } from '../onnx/types.ts'

/** An error of the graph's author: shapes or types that do not fit. */
export const misuse = (message: string) => new ExploreError('GRAPH_INVALID', message)

export const show = (shape: Shape) => `[${shape.join(', ')}]`

export const sameShape = (a: Shape, b: Shape) =>
  a.length === b.length && a.every((dim, i) => dim === b[i])

/** Cuts an expression at one operator, outside of parentheses. */
const cut = (expression: string, operator: string): readonly string[] => {
  const parts = ['']
  let depth = 0
  for (const letter of expression) {
    if (letter === operator && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
    if (letter === '(') depth++
    if (letter === ')') depth--
  }
  return parts
}

/** The number of elements, `batch*50` where it is not known; the order of factors does not matter. */
export const product = (shape: Shape): Dim => {
  let factor = 1
  const names: string[] = []
  for (const part of shape.flatMap(dim => cut(String(dim), '*'))) {
    if (/^\d+$/.test(part)) factor *= Number(part)
    else names.push(part)
  }
  if (names.length === 0 || factor === 0) return factor
  return [...names.sort(), ...(factor === 1 ? [] : [factor])].join('*')
}

/** The length of two joined axes, `(a+b)` where it is not known. */
export const sum = (dims: readonly Dim[]): Dim => {
  const known = dims.filter(dim => typeof dim === 'number').reduce((total, dim) => total + dim, 0)
  const names = dims.filter(dim => typeof dim === 'string')
  if (names.length === 0) return known
  return names.length === 1 && known === 0
    ? names[0]
    : `(${[...names, ...(known === 0 ? [] : [known])].join('+')})`
}

/** Computes what `product` and `sum` name, given how to find, add and multiply lengths. */
export const compute = <T>(
  dim: Dim,
  find: (dim: Dim) => T,
  add: (a: T, b: T) => T,
  multiply: (a: T, b: T) => T,
): T => {
  if (typeof dim === 'number' || /^\d+$/.test(dim)) return find(Number(dim))
  const inner = (part: string) => compute(part, find, add, multiply)
  const factors = cut(dim, '*')
  if (factors.length > 1) return factors.map(inner).reduce(multiply)
  if (dim.startsWith('(')) return cut(dim.slice(1, -1), '+').map(inner).reduce(add)
  return find(dim)
}

/** NumPy's rule: from the right, equal lengths or 1. Named lengths must have the same name. */
export const broadcast = (a: Shape, b: Shape): Shape => {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1
    const right = b[i - rank + b.length] ?? 1
    if (left === right || right === 1) return left
    if (left === 1) return right
    throw misuse(`shapes ${show(a)} and ${show(b)} do not broadcast`)
  })
}

/** An axis counted from the front; negative ones count from the back. */
export const axisOf = (shape: Shape, axis: number): number => {
  const at = axis < 0 ? axis + shape.length : axis
  if (shape[at] === undefined) throw misuse(`axis ${axis} is outside of shape ${show(shape)}`)
  return at
}

/** A shape's lengths in one run, given its names'; undefined where a name is not bound. */
export const resolve = (
  shape: Shape,
  names: ReadonlyMap<string, number>,
): readonly number[] | undefined => {
  const find = (dim: Dim) => (typeof dim === 'number' ? dim : (names.get(dim) ?? NaN))
  const lengths = shape.map(dim => compute<number>(dim, find, plus, times))
  return lengths.some(Number.isNaN) ? undefined : lengths
}

const plus = (a: number, b: number) => a + b
const times = (a: number, b: number) => a * b
