import type { Core } from './core.ts'
import { axisOf, misuse, product, show } from './dims.ts'
import type { ElementwiseOps } from './elementwise.ts'
import type { ShapeOps } from './shape.ts'
import type { Tensor } from './types.ts'

export interface ReduceOptions {
  /** Default: all. Negative axes count from the back. */
  readonly axes?: readonly number[]
  /** Keeps reduced axes with length 1. Default false. */
  readonly keepDims?: boolean
}

export type ReduceOps = ReturnType<typeof reduceOps>

/** Operators that look along an axis: sums, softmax, normalisations. */
export const reduceOps = (core: Core, elementwise: ElementwiseOps, shapes: ShapeOps) => {
  const { add, sub, mul, div, exp, sqrt } = elementwise

  const reduction =
    (op: string, scale: (dy: Tensor, x: Tensor, y: Tensor) => Tensor) =>
    (x: Tensor, { axes, keepDims = false }: ReduceOptions = {}): Tensor => {
      const over = axes ? axes.map(axis => axisOf(x.shape, axis)) : x.shape.map((_, i) => i)
      const kept = x.shape.map((dim, i) => (over.includes(i) ? 1 : dim))
      const y: Tensor = core.node(op, [x, core.indices(over)], {
        shape: keepDims ? kept : x.shape.filter((_, i) => !over.includes(i)),
        attributes: { keepdims: { int: Number(keepDims) } },
        gradient: dy => [shapes.expandLike(shapes.reshape(scale(dy, x, y), kept), x)],
      })
      return y
    }

  /** Elements per run as a float scalar. */
  const size = (x: Tensor): Tensor => {
    const known = product(x.shape)
    if (typeof known === 'number') return core.constant(known)
    return elementwise.cast(core.node('Size', [x], { shape: [], dtype: 'int64' }), 'float32')
  }

  const reduceSum = reduction('ReduceSum', dy => dy)
  const reduceMean = reduction('ReduceMean', (dy, x, y) => mul(dy, div(size(y), size(x))))

  const along =
    (op: string, gradient: (dy: Tensor, y: Tensor, axes: ReduceOptions) => Tensor) =>
    (x: Tensor, axis = -1): Tensor => {
      const at = axisOf(x.shape, axis)
      const y: Tensor = core.node(op, [x], {
        shape: x.shape,
        attributes: { axis: { int: at } },
        gradient: dy => [gradient(dy, y, { axes: [at], keepDims: true })],
      })
      return y
    }

  return {
    reduceSum,
    reduceMean,
    /** exp(x) / Σ exp(x) along an axis. */
    softmax: along('Softmax', (dy, y, axes) => {
      const weighted = mul(dy, y)
      return sub(weighted, mul(y, reduceSum(weighted, axes)))
    }),
    /** log of softmax, without overflow. */
    logSoftmax: along('LogSoftmax', (dy, y, axes) => sub(dy, mul(exp(y), reduceSum(dy, axes)))),
    /** (x − mean) / std · scale + bias along the last axis (Ba et al., 2016); scale and bias [n]. */
    layerNorm: (x: Tensor, scale: Tensor, bias: Tensor, epsilon = 1e-5): Tensor => {
      const last = x.shape.at(-1)
      if (last === undefined || scale.shape[0] !== last || bias.shape[0] !== last) {
        throw misuse(`layerNorm of ${show(x.shape)} by ${show(scale.shape)}, ${show(bias.shape)}`)
      }
      const stat = x.shape.with(-1, 1)
      const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } }
      const [y, mean, inverse] = core.nodes(
        'LayerNormalization',
        [x, scale, bias],
        [x.shape, stat, stat],
        attributes,
        ([dy]) => {
          if (!dy) return []
          const normal = mul(sub(x, mean), inverse)
          const inner = mul(dy, scale)
          const over = { axes: [-1], keepDims: true }
          const centred = sub(inner, reduceMean(inner, over))
          const dx = mul(inverse, sub(centred, mul(normal, reduceMean(mul(inner, normal), over))))
          return [dx, shapes.sumTo(mul(dy, normal), scale.shape), shapes.sumTo(dy, bias.shape)]
        },
      ) as [Tensor, Tensor, Tensor]
      return y
    },
    /** x / √(Σx² + epsilon) along an axis: unit length, and zero for zero. */
    l2Normalize: (x: Tensor, axis = -1, epsilon = 1e-12): Tensor => {
      const squares = reduceSum(mul(x, x), { axes: [axis], keepDims: true })
      return div(x, sqrt(add(squares, epsilon)))
    },
  }
}
