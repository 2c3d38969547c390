import { DTYPE_CODES, type DType } from '../onnx/types.ts'
import type { Core } from './core.ts'
import { broadcast, misuse } from './dims.ts'
import type { ShapeOps } from './shape.ts'
import type { Tensor } from './types.ts'

/** A tensor, or a number that stands for a float constant. */
export type Operand = Tensor | number

export type ElementwiseOps = ReturnType<typeof elementwiseOps>

/** Operators that work element by element, with NumPy's broadcasting. */
export const elementwiseOps = (core: Core, { sumTo }: Pick<ShapeOps, 'sumTo'>) => {
  const { node } = core
  const operand = (x: Operand): Tensor => (typeof x === 'number' ? core.constant(x) : x)

  const binary =
    (op: string, gradient: (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly Tensor[]) =>
    (left: Operand, right: Operand): Tensor => {
      const a = operand(left)
      const b = operand(right)
      if (a.dtype !== b.dtype) throw misuse(`${op} of ${a.dtype} and ${b.dtype}`)
      const y: Tensor = node(op, [a, b], {
        shape: broadcast(a.shape, b.shape),
        gradient: dy => {
          const [da, db] = gradient(dy, a, b, y) as [Tensor, Tensor]
          return [sumTo(da, a.shape), sumTo(db, b.shape)]
        },
      })
      return y
    }

  const unary =
    (op: string, gradient: (dy: Tensor, x: Tensor, y: Tensor) => Tensor) =>
    (x: Tensor): Tensor => {
      const y: Tensor = node(op, [x], { shape: x.shape, gradient: dy => [gradient(dy, x, y)] })
      return y
    }

  const compare =
    (op: string) =>
    (left: Operand, right: Operand): Tensor => {
      const a = operand(left)
      const b = operand(right)
      return node(op, [a, b], { shape: broadcast(a.shape, b.shape), dtype: 'bool' })
    }

  const add = binary('Add', dy => [dy, dy])
  const sub = binary('Sub', dy => [dy, neg(dy)])
  const mul = binary('Mul', (dy, a, b) => [mul(dy, b), mul(dy, a)])
  const div = binary('Div', (dy, _a, b, y) => {
    const da = div(dy, b)
    return [da, neg(mul(da, y))]
  })
  const neg = unary('Neg', dy => neg(dy))
  const exp = unary('Exp', (dy, _x, y) => mul(dy, y))
  const log = unary('Log', (dy, x) => div(dy, x))
  const sqrt = unary('Sqrt', (dy, _x, y) => div(dy, mul(y, 2)))
  const abs = unary('Abs', (dy, x) => mul(dy, sign(x)))
  const sign = (x: Tensor) => node('Sign', [x], { shape: x.shape })
  const sigmoid = unary('Sigmoid', (dy, _x, y) => mul(dy, mul(y, sub(1, y))))
  const tanh = unary('Tanh', (dy, _x, y) => mul(dy, sub(1, mul(y, y))))
  const relu = unary('Relu', (dy, _x, y) => where(greater(y, 0), dy, 0))
  const softplus = unary('Softplus', (dy, x) => mul(dy, sigmoid(x)))
  const greater = compare('Greater')
  const less = compare('Less')

  /** `yes` where the mask is true, else `no`. */
  const where = (mask: Tensor, yes: Operand, no: Operand): Tensor => {
    const a = operand(yes)
    const b = operand(no)
    return node('Where', [mask, a, b], {
      shape: broadcast(mask.shape, broadcast(a.shape, b.shape)),
      dtype: a.dtype,
      gradient: dy => [
        undefined,
        sumTo(where(mask, dy, 0), a.shape),
        sumTo(where(mask, 0, dy), b.shape),
      ],
    })
  }

  return {
    add,
    sub,
    mul,
    div,
    neg,
    exp,
    log,
    sqrt,
    abs,
    sigmoid,
    tanh,
    relu,
    softplus,
    where,
    greater,
    less,
    equal: compare('Equal'),
    maximum: (a: Operand, b: Operand): Tensor => where(greater(a, b), a, b),
    minimum: (a: Operand, b: Operand): Tensor => where(less(a, b), a, b),
    not: (mask: Tensor) => node('Not', [mask], { shape: mask.shape }),
    square: (x: Tensor) => mul(x, x),
    /** x^exponent, for x > 0 or a whole exponent. */
    pow: (x: Tensor, exponent: number): Tensor =>
      node('Pow', [x, core.constant(exponent)], {
        shape: x.shape,
        gradient: dy => {
          const slope = node('Pow', [x, core.constant(exponent - 1)], { shape: x.shape })
          return [mul(dy, mul(slope, exponent))]
        },
      }),
    /** x · sigmoid(x) (Elfwing et al., 2018; "swish"). */
    silu: (x: Tensor) => mul(x, sigmoid(x)),
    /** Limits to [low, high]; the gradient passes inside only. */
    clip: (x: Tensor, low: number, high: number): Tensor =>
      node('Clip', [x, core.constant(low), core.constant(high)], {
        shape: x.shape,
        gradient: dy => [where(greater(x, low), where(less(x, high), dy, 0), 0)],
      }),
    cast: (x: Tensor, dtype: DType): Tensor =>
      x.dtype === dtype
        ? x
        : node('Cast', [x], {
            shape: x.shape,
            dtype,
            attributes: { to: { int: DTYPE_CODES[dtype] } },
          }),
    /** The same values; no gradient passes. */
    stopGradient: (x: Tensor): Tensor => node('Identity', [x], { shape: x.shape }),
  }
}
