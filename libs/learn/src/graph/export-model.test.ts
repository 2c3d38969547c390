import { describe, expect, test } from 'vitest'
import { readSignature } from '../onnx/read-signature.ts'
import { program } from '../program.ts'
import { rng } from '../rng.ts'
import { openSession } from '../runtime.ts'
import { trainer } from '../trainer.ts'
import { exportModel } from './export-model.ts'
import { graph } from './graph.ts'
import { constant, glorot, he, normal, zeros } from './init.ts'
import type { Tensor } from './types.ts'

const WIDTH = 700

/** Every kind of layer, wide enough for ONNX Runtime to cut sums into blocks. */
const model = () => {
  const random = rng(1)
  const g = graph()
  const x = g.input('x', 'float32', ['batch', WIDTH])
  const ids = g.input('ids', 'int32', ['batch', 8])
  const label = g.input('label', 'float32', ['batch'])
  const items = g.table('items', 50, 32, normal(random, 0.3))
  const layer = (name: string, input: Tensor, from: number, to: number) =>
    g.linear(
      input,
      g.parameter(`${name}/weights`, [from, to], he(random)),
      g.parameter(`${name}/bias`, [to], normal(random, 0.1)),
    )
  const wide = g.dropout(g.silu(layer('wide', x, WIDTH, 256)), 0.2)
  const scale = g.parameter('scale', [256], constant(1))
  const deep = g.layerNorm(layer('deep', wide, 256, 256), scale, g.parameter('shift', [256], zeros))
  const query = layer('query', g.tanh(deep), 256, 32)
  const history = g.gather(items, ids)
  const weights = g.softmax(g.matmul(history, g.unsqueeze(query, -1)), 1)
  const read = g.reduceSum(g.mul(weights, history), { axes: [1] })
  const joined = g.dropout(g.concat([read, query], 1), 0.1)
  const out = g.parameter('out', [64, 1], glorot(random))
  const logit = g.reshape(g.matmul(joined, out), ['batch'])
  const loss = g.reduceMean(g.bceWithLogits(logit, label))
  return { g, x, ids, outputs: { p: g.sigmoid(logit), embedding: g.l2Normalize(query) }, loss }
}

const feedsOf = (batch: number) => {
  const random = rng(`feeds ${batch}`)
  return {
    x: Float32Array.from({ length: batch * WIDTH }, random.normal),
    ids: Int32Array.from({ length: batch * 8 }, () => random.int(50)),
    label: Float32Array.from({ length: batch }, () => random.int(2)),
  }
}

describe('an exported model', () => {
  test.each([1, 3, 64])('gives the training graph its bits, batch of %i', async batch => {
    const { g, outputs, loss } = model()
    const t = await trainer(g, { loss, rate: 0.01, rng: rng(2) })
    for (let step = 0; step < 3; step++) await t.step(feedsOf(batch))
    const { x, ids, label } = feedsOf(batch)
    const trained = await t.evaluate({ ...outputs, loss }, { x, ids, label })

    const session = await openSession(exportModel(g, outputs))
    const served = await session.run(
      {
        x: session.tensor('float32', x, [batch, WIDTH]),
        ids: session.tensor('int32', ids, [batch, 8]),
      },
      { p: null, embedding: null },
    )
    expect(served['p'].data).toEqual(trained.p.data)
    expect(served['embedding'].data).toEqual(trained.embedding.data)
    await session.release()
    await t.release()
  })

  test('has the inputs and nodes that its outputs need, and no others', async () => {
    const { g, outputs, loss } = model()
    const before = exportModel(g, outputs)
    const t = await trainer(g, { loss, rate: 0.01, rng: rng(2) })
    expect(Buffer.compare(exportModel(g, outputs), before)).toBe(0)
    await t.release()
    const tower = readSignature(
      exportModel(g, { embedding: outputs.embedding }, { model: 'tower' }),
    )
    expect(tower.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['batch', WIDTH] }])
    expect(tower.outputs).toEqual([{ name: 'embedding', dtype: 'float32', shape: ['batch', 32] }])
    expect(tower.operators).not.toContain('Gather')
    expect(tower.metadata).toEqual({ model: 'tower' })
    const all = readSignature(before)
    expect(all.inputs.map(input => input.name)).toEqual(['x', 'ids'])
    const items = all.initialisers.find(one => one.name === 'items')
    expect(items).toEqual({ name: 'items', dtype: 'float32', shape: [50, 32] })
  })

  test('gives nearly the same where its weights are prepacked', async () => {
    const { g, outputs } = model()
    const bytes = exportModel(g, { embedding: outputs.embedding })
    const results = []
    for (const prepack of [false, true]) {
      const session = await openSession(bytes, { prepack })
      const x = session.tensor('float32', feedsOf(3).x, [3, WIDTH])
      results.push((await session.run({ x }, { embedding: null }))['embedding'].data)
      await session.release()
    }
    const [exact, packed] = results as Float32Array[]
    packed.forEach((value, i) => expect(value).toBeCloseTo(exact[i], 5))
  })

  test('is the same bytes for the same seed', () => {
    const [one, other] = [model(), model()]
    const bytes = exportModel(one.g, one.outputs)
    expect(Buffer.compare(bytes, exportModel(other.g, other.outputs))).toBe(0)
  })

  test('may give one tensor two names, and an input or a parameter as it is', async () => {
    const g = graph()
    const x = g.input('x', 'float32', [2])
    const w = g.parameter('w', [1], constant(5))
    const y = g.neg(x)
    const session = await openSession(exportModel(g, { a: y, b: y, c: x, d: w }))
    const feeds = { x: session.tensor('float32', Float32Array.of(1, 2), [2]) }
    const { a, b, c, d } = await session.run(feeds, { a: null, b: null, c: null, d: null })
    expect([a, b, c, d].map(value => [...(value.data as Float32Array)])).toEqual([
      [-1, -2],
      [-1, -2],
      [1, 2],
      [5],
    ])
  })
})

test('dropout zeroes its share and keeps the mean, in training only', async () => {
  const g = graph()
  const x = g.input('x', 'float32', ['batch', 100])
  const y = g.dropout(x, 0.3)
  const feeds = { x: new Float32Array(100 * 100).fill(1) }
  const training = await program(g, { y }, { dropout: rng(1) })
  const values = [...((await training.run(feeds)).y.data as Float32Array)]
  expect(values.filter(value => value === 0).length / values.length).toBeCloseTo(0.3, 1)
  expect(values.reduce((sum, value) => sum + value) / values.length).toBeCloseTo(1, 1)
  expect((await training.run(feeds)).y.data).not.toEqual(Float32Array.from(values))
  const serving = await program(g, { y })
  expect((await serving.run(feeds)).y.data).toEqual(feeds.x)
})
