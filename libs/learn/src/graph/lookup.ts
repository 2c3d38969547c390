import type { Shape } from '../onnx/types.ts'
import type { Core } from './core.ts'
import { misuse, product } from './dims.ts'
import type { ElementwiseOps } from './elementwise.ts'
import type { ShapeOps } from './shape.ts'
import { isTable, type Tensor } from './types.ts'

/** Rows by number. */
export const lookupOps = (
  core: Core,
  { reshape, zerosLike }: ShapeOps,
  { cast }: Pick<ElementwiseOps, 'cast'>,
) => {
  /**
   * `into` [rows, …] with `rows` [n, …] added at the n places; no gradient. ONNX Runtime 1.30 adds
   * to one place from several threads without a lock, so this runs on one thread only.
   */
  const scatterAdd = (into: Tensor, places: Tensor, rows: Tensor): Tensor => {
    const indices = reshape(cast(places, 'int64'), [product(places.shape), 1])
    const attributes = { reduction: { string: 'add' } }
    return core.node('ScatterND', [into, indices, rows], { shape: into.shape, attributes })
  }

  return {
    scatterAdd,
    /** Zeros; names of lengths are looked up in the inputs. */
    zeros: (shape: Shape): Tensor =>
      core.node('ConstantOfShape', [core.shapeVector(shape)], { shape, dtype: 'float32' }),
    /**
     * The rows of `from` [rows, …] that `ids` name: ids' shape, then the row's. `from` may be a
     * table, a parameter or any other tensor; ids of a table that is trained must be an input.
     */
    gather: (from: Tensor, ids: Tensor): Tensor => {
      if (ids.dtype !== 'int32' && ids.dtype !== 'int64') throw misuse(`ids are ${ids.dtype}`)
      if (from.shape.length === 0) throw misuse('gather from a scalar')
      const row = from.shape.slice(1)
      const flat = [product(ids.shape), ...row]
      const options = { shape: [...ids.shape, ...row], attributes: { axis: { int: 0 } } }
      const rows = (dy: Tensor) => reshape(dy, flat)
      if (isTable(from)) return core.node('Gather', [from, ids], { ...options, rows })
      return core.node('Gather', [from, ids], {
        ...options,
        gradient: dy => [scatterAdd(zerosLike(from), ids, rows(dy))],
      })
    },
    /** 1 at each id, else 0: ids' shape, then `depth`. */
    oneHot: (ids: Tensor, depth: number): Tensor =>
      core.node(
        'OneHot',
        [cast(ids, 'int64'), core.indices([depth]), core.constant(Float32Array.of(0, 1))],
        { shape: [...ids.shape, depth], dtype: 'float32' },
      ),
    /** The identity matrix of a square tensor's size. */
    eyeLike: (x: Tensor): Tensor => core.node('EyeLike', [x], { shape: x.shape }),
  }
}
