import type { Dim, DType } from '../onnx/types.ts'
import { core } from './core.ts'
import { misuse } from './dims.ts'
import { elementwiseOps } from './elementwise.ts'
import type { Init } from './init.ts'
import { linearOps } from './linear.ts'
import { lookupOps } from './lookup.ts'
import { losses } from './losses.ts'
import { partsOps } from './parts.ts'
import { reduceOps } from './reduce.ts'
import { shapeOps } from './shape.ts'
import type { DropoutMask, Parameter, Tensor } from './types.ts'

export type Graph = ReturnType<typeof graph>

/**
 * A graph under construction. Operators check shapes as they are called and append ONNX nodes;
 * parameters hold their values. One graph serves training, evaluation and export.
 */
export const graph = () => {
  const base = core()
  const { state } = base
  const names = new Set<string>()

  const claim = (name: string) => {
    if (/:\d+$/.test(name)) throw misuse(`'${name}' looks like a node's name`)
    if (names.has(name)) throw misuse(`the name '${name}' is taken`)
    names.add(name)
    return name
  }

  const declare = (name: string, shape: readonly number[], init: Init) =>
    ({ name: claim(name), dtype: 'float32', shape, values: init(shape) }) as const

  const shapes = shapeOps(base)
  const elementwise = elementwiseOps(base, shapes)
  const reduce = reduceOps(base, elementwise, shapes)

  return {
    state,
    constant: base.constant,
    ids: base.ids,
    ...shapes,
    ...partsOps(base, shapes),
    ...elementwise,
    ...reduce,
    ...linearOps(base, shapes, elementwise),
    ...lookupOps(base, shapes, elementwise),
    ...losses(elementwise, reduce),

    /** A value that each run is given. Names of lengths are shared by all inputs. */
    input: (name: string, dtype: DType, shape: readonly Dim[]): Tensor => {
      const input = { name: claim(name), dtype, shape }
      state.inputs.push(input)
      return input
    },
    /** A dense tensor that is trained, or kept as it is where `frozen`. */
    parameter: (
      name: string,
      shape: readonly number[],
      init: Init,
      { frozen = false }: { readonly frozen?: boolean } = {},
    ): Parameter => {
      const kind = { table: false, padding: undefined, frozen } as const
      const made: Parameter = { ...declare(name, shape, init), ...kind }
      state.parameters.push(made)
      return made
    },
    /** A trained [rows, dim] table, read by `gather` only; see Parameter. */
    table: (
      name: string,
      rows: number,
      dim: number,
      init: Init,
      { padding }: { readonly padding?: number } = {},
    ): Parameter => {
      const kind = { table: true, padding, frozen: false } as const
      const made: Parameter = { ...declare(name, [rows, dim], init), ...kind }
      if (padding !== undefined) made.values.fill(0, padding * dim, (padding + 1) * dim)
      state.parameters.push(made)
      return made
    },
    /** Zeroes a share of the elements in training and scales up the rest; identity elsewhere. */
    dropout: (x: Tensor, rate: number): Tensor => {
      const name = claim(`dropout_${state.masks.length}`)
      const mask: DropoutMask = { name, dtype: 'float32', shape: x.shape, rate }
      state.masks.push(mask)
      return base.node('Mul', [x, mask], {
        shape: x.shape,
        bypass: x,
        gradient: dy => [elementwise.mul(dy, mask)],
      })
    },
  }
}
