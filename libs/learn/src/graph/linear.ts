import type { Core } from './core.ts'
import { misuse, product, sameShape, show } from './dims.ts'
import type { ElementwiseOps } from './elementwise.ts'
import type { ShapeOps } from './shape.ts'
import type { Tensor } from './types.ts'

/** Which operands of a matrix product are read transposed. */
interface Transposed {
  readonly a?: boolean
  readonly b?: boolean
}

/** Matrix products. Two-dimensional ones are Gemm nodes, whose gradients are Gemm nodes again. */
export const linearOps = (core: Core, shapes: ShapeOps, { add }: Pick<ElementwiseOps, 'add'>) => {
  const { reshape, transpose } = shapes

  const gemm = (a: Tensor, b: Tensor, ta: boolean, tb: boolean, bias?: Tensor): Tensor => {
    const [m, k] = ta ? [a.shape[1], a.shape[0]] : a.shape
    const [k2, n] = tb ? [b.shape[1], b.shape[0]] : b.shape
    if (m === undefined || n === undefined || k !== k2) throw unfit(a, b)
    return core.node('Gemm', bias ? [a, b, bias] : [a, b], {
      shape: [m, n],
      attributes: { transA: { int: Number(ta) }, transB: { int: Number(tb) } },
      gradient: dy => [
        ta ? gemm(b, dy, tb, true) : gemm(dy, b, false, !tb),
        tb ? gemm(dy, a, true, ta) : gemm(a, dy, !ta, false),
        ...(bias ? [shapes.sumTo(dy, bias.shape)] : []),
      ],
    })
  }

  /**
   * [m, k] · [k, n] → [m, n]; with leading axes […, m, k] · [k, n], or […, m, k] · […, k, n] where
   * the leading axes are equal.
   */
  const matmul = (a: Tensor, b: Tensor, transposed: Transposed = {}): Tensor => {
    const { a: ta = false, b: tb = false } = transposed
    if (a.shape.length === 2 && b.shape.length === 2) return gemm(a, b, ta, tb)
    if (b.shape.length === 2) {
      const left = ta ? transpose(a) : a
      const rows = left.shape.slice(0, -1)
      const flat = reshape(left, [product(rows), left.shape[rows.length]])
      const y = gemm(flat, b, false, tb)
      return reshape(y, [...rows, y.shape[1]])
    }
    return batched(ta ? transpose(a) : a, tb ? transpose(b) : b)
  }

  const batched = (a: Tensor, b: Tensor): Tensor => {
    const lead = a.shape.slice(0, -2)
    const [m, k] = a.shape.slice(-2)
    const [k2, n] = b.shape.slice(-2)
    if (!sameShape(lead, b.shape.slice(0, -2)) || k !== k2 || m === undefined || n === undefined) {
      throw unfit(a, b)
    }
    return core.node('MatMul', [a, b], {
      shape: [...lead, m, n],
      gradient: dy => [batched(dy, transpose(b)), batched(transpose(a), dy)],
    })
  }

  const unfit = (a: Tensor, b: Tensor) =>
    misuse(`no matrix product of ${show(a.shape)} and ${show(b.shape)}`)

  return {
    matmul,
    /** x · weights + bias: […, k] · [k, n] + [n]. */
    linear: (x: Tensor, weights: Tensor, bias: Tensor): Tensor =>
      x.shape.length === 2 ? gemm(x, weights, false, false, bias) : add(matmul(x, weights), bias),
  }
}
