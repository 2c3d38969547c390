import type { Shape } from '../onnx/types.ts'
import type { Core } from './core.ts'
import { axisOf, misuse, sameShape, show, sum } from './dims.ts'
import type { ShapeOps } from './shape.ts'
import type { Tensor } from './types.ts'

/** Operators that join tensors and cut them. */
export const partsOps = (core: Core, { zerosLike }: Pick<ShapeOps, 'zerosLike'>) => {
  const { node, indices } = core

  /** Joins along one axis; the others must be equal. */
  const concat = (parts: readonly Tensor[], axis: number): Tensor => {
    const first = parts[0]
    if (!first) throw misuse('concat of nothing')
    const at = axisOf(first.shape, axis)
    const others = (x: Tensor) => x.shape.toSpliced(at, 1)
    const odd = parts.find(x => !sameShape(others(x), others(first)))
    if (odd) throw misuse(`concat of ${show(first.shape)} and ${show(odd.shape)} on axis ${axis}`)
    return node('Concat', parts, {
      shape: first.shape.with(at, sum(parts.map(x => x.shape[at]))),
      attributes: { axis: { int: at } },
      gradient: dy => {
        if (parts.length === 1) return [dy]
        const shapes = parts.map(x => x.shape)
        return splitInto(dy, at, shapes)
      },
    })
  }

  const splitInto = (x: Tensor, at: number, shapes: readonly Shape[]): readonly Tensor[] => {
    const sizes = core.shapeVector(shapes.map(shape => shape[at]))
    const attributes = { axis: { int: at } }
    const parts: readonly Tensor[] = core.nodes(
      'Split',
      [x, sizes],
      shapes,
      attributes,
      upstream => [
        concat(
          upstream.map((dy, i) => dy ?? zerosLike(parts[i])),
          at,
        ),
      ],
    )
    return parts
  }

  /** Cuts an axis of known length into parts of these sizes. */
  const split = (x: Tensor, sizes: readonly number[], axis: number): readonly Tensor[] => {
    const at = axisOf(x.shape, axis)
    if (sum(sizes) !== x.shape[at]) {
      throw misuse(`sizes ${show(sizes)} do not add up to axis ${axis} of ${show(x.shape)}`)
    }
    return splitInto(
      x,
      at,
      sizes.map(size => x.shape.with(at, size)),
    )
  }

  /** Elements [start, end) of an axis of known length. */
  const slice = (x: Tensor, axis: number, start: number, end: number): Tensor => {
    const at = axisOf(x.shape, axis)
    const length = x.shape[at]
    if (typeof length !== 'number' || start < 0 || start >= end || end > length) {
      throw misuse(`slice ${start}..${end} is outside of axis ${axis} of ${show(x.shape)}`)
    }
    const inputs = [x, indices([start]), indices([end]), indices([at])]
    return node('Slice', inputs, {
      shape: x.shape.with(at, end - start),
      gradient: dy => [pad(dy, at, start, length - end, x.shape)],
    })
  }

  const pad = (x: Tensor, at: number, before: number, after: number, shape: Shape): Tensor =>
    node('Pad', [x, indices([before, after]), core.constant(0), indices([at])], { shape })

  return { concat, split, slice }
}
