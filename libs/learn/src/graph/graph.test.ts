import { expect, test } from 'vitest'
import { program } from '../program.ts'
import { exportModel } from './export-model.ts'
import { gradients } from './gradients.ts'
import { type Graph, graph } from './graph.ts'
import { zeros } from './init.ts'
import type { Tensor } from './types.ts'

const misuses: readonly (readonly [string, (g: Graph, x: Tensor, w: Tensor) => unknown])[] = [
  ['shapes [batch, 4] and [3, 5] do not broadcast', (g, x, w) => g.add(x, w)],
  ['Mul of float32 and int32', (g, x) => g.mul(x, g.cast(x, 'int32'))],
  ['no matrix product of [batch, 4] and [3, 5]', (g, x, w) => g.matmul(x, w)],
  ['cannot reshape [batch, 4] to [batch, 5]', (g, x) => g.reshape(x, ['batch', 5])],
  ['cannot expand [3, 5] to [1, 5]', (g, _, w) => g.expand(w, [1, 5])],
  ['axis 2 is outside of shape [batch, 4]', (g, x) => g.softmax(x, 2)],
  ['axis 1 of [batch, 4] is not 1', (g, x) => g.squeeze(x, 1)],
  ['order [0, 0] does not name the axes', (g, x) => g.transpose(x, [0, 0])],
  ['concat of [batch, 4] and [3, 5] on axis 1', (g, x, w) => g.concat([x, w], 1)],
  ['concat of nothing', g => g.concat([], 0)],
  ['sizes [1, 2] do not add up to axis 1', (g, x) => g.split(x, [1, 2], 1)],
  ['slice 2..5 is outside of axis 1', (g, x) => g.slice(x, 1, 2, 5)],
  ['slice 0..1 is outside of axis 0', (g, x) => g.slice(x, 0, 0, 1)],
  ['ids are float32', (g, x, w) => g.gather(w, x)],
  ['layerNorm of [batch, 4] by [5], [5]', (g, x) => g.layerNorm(x, five(g), five(g))],
  ['logits [batch, 4], labels [3, 5]', (g, x, w) => g.bceWithLogits(x, w)],
  ["'add:1' looks like a node's name", g => g.input('add:1', 'float32', [])],
  ["the name 'x' is taken", g => g.input('x', 'float32', [])],
  ['constant of 2 values has shape [3]', g => g.constant(new Float32Array(2), [3])],
  ["no input declares the length 'list'", (g, _, w) => g.expand(g.slice(w, 0, 0, 1), ['list', 5])],
  ['the loss has shape [batch, 4]', (g, x, w) => gradients(g, x, [w])],
  ["'neg:0' belongs to another graph", (g, x) => exportModel(graph(), { y: g.neg(x) })],
  ["'x' belongs to another graph", (_, x) => neighbour(h => h.neg(x))],
  ["'x' names an output and a tensor", (g, x) => exportModel(g, { x: g.neg(x) })],
]

const neighbour = (build: (h: Graph) => Tensor) => {
  const h = graph()
  return exportModel(h, { y: build(h) })
}
const five = (g: Graph) => g.constant(new Float32Array(5))

test.each(misuses)('%s', (message, build) => {
  const g = graph()
  const x = g.input('x', 'float32', ['batch', 4])
  const w = g.parameter('w', [3, 5], zeros)
  expect(() => build(g, x, w)).toThrow(
    expect.objectContaining({
      code: 'GRAPH_INVALID',
      message: expect.stringContaining(message) as string,
    }),
  )
})

test('a table is trained through gathers of inputs only', () => {
  const g = graph()
  const ids = g.input('ids', 'int32', ['batch'])
  const table = g.table('items', 10, 2, zeros)
  const whole = g.reduceSum(table)
  expect(() => gradients(g, whole, [table])).toThrow("table 'items' is read other than by gather")
  const computed = g.reduceSum(g.gather(table, g.add(ids, ids)))
  expect(() => gradients(g, computed, [table])).toThrow('ids that are an input')
})

test('a gradient that gathers is refused more than one thread', async () => {
  const g = graph()
  const ids = g.input('ids', 'int32', ['batch'])
  const w = g.parameter('w', [10, 2], zeros)
  const { dense } = gradients(g, g.reduceSum(g.gather(w, ids)), [w])
  const outputs = { dw: dense.get(w) as Tensor }
  await expect(program(g, outputs, { threads: 2 })).rejects.toThrow('on one thread')
})

test('lengths that no operand knows come from the inputs', async () => {
  const g = graph()
  g.input('unused', 'float32', [3])
  const x = g.input('x', 'float32', ['batch', 'list', 2])
  const row = g.input('row', 'float32', [1, 2])
  const y = g.reshape(g.expand(row, ['batch*list', 2]), ['batch', 'list', 2])
  const twice = g.expand(g.slice(row, 1, 0, 1), [g.concat([x, x], 0).shape[0], 1])
  const { run } = await program(g, { y, sum: g.add(x, y), twice })
  const feeds = { x: { data: new Float32Array(12), dims: [3, 2, 2] }, row: Float32Array.of(1, 2) }
  const { y: found, sum, twice: doubled } = await run(feeds)
  expect(doubled.dims).toEqual([6, 1])
  expect(found.dims).toEqual([3, 2, 2])
  expect(sum.data).toEqual(Float32Array.from({ length: 12 }, (_, i) => 1 + (i % 2)))
})
