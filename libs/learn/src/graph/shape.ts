import type { Shape } from '../onnx/types.ts'
import type { Core } from './core.ts'
import { axisOf, broadcast, misuse, product, sameShape, show } from './dims.ts'
import type { Tensor } from './types.ts'

export type ShapeOps = ReturnType<typeof shapeOps>

/** Operators that give the same elements another shape, and those that undo broadcasting. */
export const shapeOps = (core: Core) => {
  const { node, indices } = core

  /** Same elements, another shape. At most one name may change its place. */
  const reshape = (x: Tensor, shape: Shape): Tensor => {
    if (sameShape(x.shape, shape)) return x
    if (product(x.shape) !== product(shape)) {
      throw misuse(`cannot reshape ${show(x.shape)} to ${show(shape)}`)
    }
    // ONNX: 0 copies the length at the same axis, one -1 is inferred.
    const target = shape.map((dim, i) =>
      typeof dim === 'number' ? dim : dim === x.shape[i] ? 0 : -1,
    )
    const inferred = target.filter(dim => dim === -1).length
    const vector = inferred > 1 || shape.includes(0) ? core.shapeVector(shape) : indices(target)
    return node('Reshape', [x, vector], { shape, gradient: dy => [reshape(dy, x.shape)] })
  }

  /** Reorders the axes; the default swaps the last two. */
  const transpose = (x: Tensor, order?: readonly number[]): Tensor => {
    const axes = x.shape.map((_, i) => i)
    const last = axes.length - 1
    const perm = order ?? [...axes.slice(0, -2), last, last - 1]
    if ([...perm].sort((a, b) => a - b).some((axis, i) => axis !== i) || perm.length !== last + 1) {
      throw misuse(`order ${show(perm)} does not name the axes of ${show(x.shape)}`)
    }
    return node('Transpose', [x], {
      shape: perm.map(axis => x.shape[axis]),
      attributes: { perm: { ints: perm } },
      gradient: dy => [
        transpose(
          dy,
          axes.map(axis => perm.indexOf(axis)),
        ),
      ],
    })
  }

  /** Inserts an axis of length 1 before `axis`; -1 appends one. */
  const unsqueeze = (x: Tensor, axis: number): Tensor => {
    const at = axis < 0 ? axis + x.shape.length + 1 : axis
    return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])
  }

  /** Removes an axis of length 1. */
  const squeeze = (x: Tensor, axis: number): Tensor => {
    const at = axisOf(x.shape, axis)
    if (x.shape[at] !== 1) throw misuse(`axis ${axis} of ${show(x.shape)} is not 1`)
    return reshape(x, [...x.shape.slice(0, at), ...x.shape.slice(at + 1)])
  }

  const zerosLike = (x: Tensor): Tensor =>
    node('ConstantOfShape', [core.shapeOf(x)], { shape: x.shape, dtype: 'float32' })

  /** Sums over the axes along which `shape` was broadcast to `x`: broadcasting's gradient. */
  const sumTo = (x: Tensor, shape: Shape): Tensor => {
    if (sameShape(x.shape, shape)) return x
    const lead = x.shape.length - shape.length
    const axes = x.shape.flatMap((dim, i) => (i < lead || shape[i - lead] !== dim ? [i] : []))
    const kept = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
    const keep = axes.some(axis => axis >= lead)
    const total = node('ReduceSum', [x, indices(axes)], {
      shape: keep ? kept : shape,
      attributes: { keepdims: { int: keep ? 1 : 0 } },
    })
    return reshape(total, shape)
  }

  /** Repeats axes of length 1 to `shape`. */
  const expand = (x: Tensor, shape: Shape): Tensor => {
    if (sameShape(x.shape, shape)) return x
    if (!sameShape(broadcast(x.shape, shape), shape)) {
      throw misuse(`cannot expand ${show(x.shape)} to ${show(shape)}`)
    }
    // A length of 1 keeps the input's own, so only what changes needs to be known.
    const lead = shape.length - x.shape.length
    const target = shape.map((dim, i) => (dim === x.shape[i - lead] ? 1 : dim))
    return node('Expand', [x, core.shapeVector(target)], {
      shape,
      gradient: dy => [sumTo(dy, x.shape)],
    })
  }

  /** Repeats `x` to the shape that `like` has in the run. */
  const expandLike = (x: Tensor, like: Tensor): Tensor =>
    sameShape(x.shape, like.shape)
      ? x
      : node('Expand', [x, core.shapeOf(like)], {
          shape: like.shape,
          gradient: dy => [sumTo(dy, x.shape), undefined],
        })

  return {
    reshape,
    transpose,
    unsqueeze,
    squeeze,
    expand,
    expandLike,
    zerosLike,
    sumTo,
  }
}
