import type { Graph } from '../graph/graph.ts'
import * as init from '../graph/init.ts'
import type { Init } from '../graph/init.ts'
import type { Tensor } from '../graph/types.ts'
import type { Rng } from '../rng.ts'
import { type Bins, BINS } from './quantile-bins.ts'
import type { Scale } from './standardise.ts'

export type Layers = ReturnType<typeof layers>

/** Values of parameters by name. */
export type Values = ReadonlyMap<string, Float32Array>

/** Layers that declare their own parameters, drawn by their names, or as they were trained. */
export const layers = (g: Graph, random: Rng, trained?: Values) => {
  const start = (name: string, first: Init): Init => {
    const values = trained?.get(name)
    return values ? () => values.slice() : first
  }
  const parameter = (name: string, shape: readonly number[], first: Init) =>
    g.parameter(name, shape, start(name, first))
  const frozen = (name: string, shape: readonly number[], values: Float32Array): Tensor =>
    g.parameter(
      name,
      shape,
      start(name, () => values.slice()),
      { frozen: true },
    )
  const small = (name: string) => init.normal(random.fork(name), 0.02)
  const weights = (name: string, x: Tensor, width: number) =>
    parameter(name, [x.shape.at(-1) as number, width], init.glorot(random.fork(name)))
  return {
    parameter,
    /** x · weights + bias on the last axis. */
    linear: (name: string, x: Tensor, width: number, bias: Init = init.zeros): Tensor =>
      g.linear(x, weights(`${name}.weight`, x, width), parameter(`${name}.bias`, [width], bias)),
    /** x · weights on the last axis. */
    project: (name: string, x: Tensor, width: number): Tensor =>
      g.matmul(x, weights(`${name}.weight`, x, width)),
    /** A table of which a batch touches few rows; row 0 is zero: nothing, unknown or dropped. */
    table: (name: string, rows: number, width: number) =>
      g.table(name, rows, width, start(name, small(name)), { padding: 0 }),
    /** A table of a few rows, all trained in each step; row 0 is `first` everywhere. */
    buckets: (name: string, rows: number, width: number, first = 0): Tensor => {
      const others = Float32Array.from({ length: rows }, (_, row) => (row === 0 ? 0 : 1))
      const fixed = others.map(other => (other === 0 ? first : 0))
      const trained = g.mul(
        parameter(name, [rows, width], small(name)),
        g.constant(others, [rows, 1]),
      )
      return first === 0 ? trained : g.add(trained, g.constant(fixed, [rows, 1]))
    },
    /** Layer norm, then SiLU: experts of ReLU units die (HoME, 2024). */
    activate: (name: string, x: Tensor): Tensor => {
      const width = x.shape.at(-1) as number
      const scale = parameter(`${name}.scale`, [width], init.constant(1))
      return g.silu(g.layerNorm(x, scale, parameter(`${name}.shift`, [width], init.zeros)))
    },
    /**
     * Mean 0 and deviation 1 of an input, limited to ± 5: a count never seen before stays calm. The
     * constants are the model's, so that training that goes on from it sees the input as it did.
     */
    standardise: (name: string, x: Tensor, { mean, deviation }: Scale): Tensor => {
      const of = (part: string, values: Float32Array): Tensor =>
        frozen(`${name}.${part}`, [values.length], values)
      return g.clip(g.div(g.sub(x, of('mean', mean)), of('deviation', deviation)), -5, 5)
    },
    /**
     * [rows, width · BINS]: how far each bin of each feature is filled, which makes every linear layer after it one
     * of piecewise linear functions (Gorishniy, Rubachev, Babenko, NeurIPS 2022, section 3.2). Beyond what was seen
     * in training nothing changes any more.
     */
    bins: (name: string, x: Tensor, { from, slope }: Bins): Tensor => {
      const width = slope.length / BINS
      const of = (part: string, values: Float32Array): Tensor =>
        frozen(`${name}.${part}`, [width, BINS], values)
      const filled = g.mul(g.sub(g.unsqueeze(x, 2), of('from', from)), of('slope', slope))
      return g.reshape(g.clip(filled, 0, 1), [x.shape[0], width * BINS])
    },
  }
}
