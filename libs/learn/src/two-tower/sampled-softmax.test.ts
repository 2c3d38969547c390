import { expect, it } from 'vitest'
import { graph } from '../graph/graph.ts'
import { program } from '../program.ts'
import { rng } from '../rng.ts'
import { sampledSoftmax } from './sampled-softmax.ts'

const D = 3
const TEMPERATURE = 0.5

const unit = (rows: number, seed: number): Float32Array => {
  const random = rng(seed)
  const values = new Float32Array(rows * D)
  for (let row = 0; row < rows; row++) {
    const vector = Array.from({ length: D }, () => random.normal())
    const norm = Math.hypot(...vector)
    vector.forEach((x, i) => (values[row * D + i] = x / norm))
  }
  return values
}

it('is −log softmax over the drawn items, corrected, without the viewer’s own among the others', async () => {
  const g = graph()
  const queries = g.input('queries', 'float32', ['viewers', D])
  const items = g.input('items', 'float32', ['rows', D])
  const { run, release } = await program(g, {
    loss: sampledSoftmax(g, queries, items, TEMPERATURE),
  })
  const u = unit(2, 1)
  const v = unit(4, 2)
  const correction = [0.3, -0.2, 0.5, 0.1]
  const own = [0.7, -0.4, 0.2]
  const weight = [1, 3, 2]
  // The first viewer has items 0 and 2, the second item 3.
  const pairs = [
    [0, 0],
    [0, 2],
    [1, 3],
  ] as const
  const excluded = (viewer: number, row: number) =>
    pairs.some(([other, item]) => other === viewer && item === row)
  const matrix = [0, 1].flatMap(viewer =>
    correction.map((value, row) => (excluded(viewer, row) ? -1e9 : value)),
  )
  const { loss } = await run({
    queries: u,
    items: v,
    'loss.viewer': Int32Array.from(pairs, ([viewer]) => viewer),
    'loss.row': Int32Array.from(pairs, ([, row]) => row),
    'loss.weight': Float32Array.from(weight),
    'loss.own': Float32Array.from(own),
    'loss.correction': { data: Float32Array.from(matrix), dims: [2, 4] },
  })
  await release()

  const score = (viewer: number, row: number) =>
    [0, 1, 2].reduce((sum, i) => sum + u[viewer * D + i]! * v[row * D + i]!, 0) / TEMPERATURE
  const expected = pairs.map(([viewer, row], i) => {
    const mine = Math.exp(score(viewer, row) + own[i]!)
    const others = correction.reduce(
      (sum, value, at) => sum + (excluded(viewer, at) ? 0 : Math.exp(score(viewer, at) + value)),
      0,
    )
    return -Math.log(mine / (mine + others)) * weight[i]!
  })
  expect(loss.data[0]).toBeCloseTo(expected.reduce((a, b) => a + b) / 3, 5)
})
