import { misuse, product } from './dims.ts'
import type { Graph } from './graph.ts'
import { isTable, type Node, type Parameter, type Tensor } from './types.ts'

/**
 * A table's gradient: for each row that a run touches, the sum over all places that look it up.
 * The run is fed which rows those are, and for each looked-up id its place among them.
 */
export interface TableGradient {
  readonly table: Parameter
  /** Input, int32: each touched row once. */
  readonly touched: Tensor
  readonly lookups: readonly {
    /** The input that holds the ids. */
    readonly ids: Tensor
    /** Input, int32: the ids' places in `touched`, flat. */
    readonly places: Tensor
  }[]
  /** [touched, dim]. */
  readonly sums: Tensor
}

export interface Gradients<T extends Tensor> {
  readonly dense: ReadonlyMap<T, Tensor>
  readonly tables: readonly TableGradient[]
}

/**
 * Appends the nodes of ∂loss/∂x for each x of `of`, by reverse accumulation. The loss is a scalar.
 * What the loss does not depend on has no entry.
 */
export const gradients = <T extends Tensor>(
  g: Graph,
  loss: Tensor,
  of: readonly T[],
): Gradients<T> => {
  if (loss.shape.length > 0) throw misuse(`the loss has shape [${loss.shape.join(', ')}]`)
  const forward = [...g.state.nodes]
  const trained = new Set<Tensor>(of)
  for (const node of forward) {
    if ((node.gradient || node.rows) && node.inputs.some(input => trained.has(input))) {
      node.outputs.forEach(output => trained.add(output))
    }
  }

  const arrived = new Map<Tensor, Tensor>([[loss, g.constant(1)]])
  const lookups: Lookup[] = []
  for (const node of forward.reverse()) {
    const upstream = node.outputs.map(output => arrived.get(output))
    if (!node.outputs.some(output => trained.has(output)) || upstream.every(dy => !dy)) continue
    const rows = upstream[0] && node.rows?.(upstream[0])
    if (rows) lookups.push({ node, rows })
    const down = node.gradient?.(upstream) ?? []
    node.inputs.forEach((input, i) => {
      const dx = down[i]
      if (!dx || !trained.has(input)) return
      const before = arrived.get(input)
      arrived.set(input, before ? g.add(before, dx) : dx)
    })
  }

  const dense = new Map<T, Tensor>()
  const tables: TableGradient[] = []
  for (const x of of) {
    const gradient = arrived.get(x)
    if (isTable(x)) {
      if (gradient) throw misuse(`table '${x.name}' is read other than by gather`)
      const reads = lookups.filter(({ node }) => node.inputs[0] === x)
      if (reads.length > 0) tables.push(tableGradient(g, x, reads))
    } else if (gradient) dense.set(x, gradient)
  }
  return { dense, tables }
}

interface Lookup {
  readonly node: Node
  readonly rows: Tensor
}

const tableGradient = (g: Graph, table: Parameter, reads: readonly Lookup[]): TableGradient => {
  const prefix = `touched/${g.state.nodes.length}`
  const touched = g.input(prefix, 'int32', [`${prefix}/rows`])
  const lookups = reads.map(({ node: { inputs } }, i) => {
    const ids = inputs[1]
    if (!ids || !g.state.inputs.includes(ids)) {
      throw misuse(`table '${table.name}' is trained through ids that are an input, not computed`)
    }
    return { ids, places: g.input(`${prefix}/places/${i}`, 'int32', [product(ids.shape)]) }
  })
  const sums = reads.reduce(
    (sum, { rows }, i) => g.scatterAdd(sum, lookups[i].places, rows),
    g.zeros([touched.shape[0], table.shape[1]]),
  )
  return { table, touched, lookups, sums }
}
