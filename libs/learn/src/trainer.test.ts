import { describe, expect, test } from 'vitest'
import { exportModel } from './graph/export-model.ts'
import { graph } from './graph/graph.ts'
import { glorot, he, normal, zeros } from './graph/init.ts'
import { rowAdagrad } from './optim/row-adagrad.ts'
import { warmupCosine } from './optim/schedule.ts'
import { type Rng, rng } from './rng.ts'
import { trainer, type TrainerOptions } from './trainer.ts'

/** y = 1 where a hidden linear rule over eight features says so. */
const logistic = () => {
  const g = graph()
  const x = g.input('x', 'float32', ['batch', 8])
  const y = g.input('y', 'float32', ['batch', 1])
  const w = g.parameter('w', [8, 1], zeros)
  const logit = g.linear(x, w, g.parameter('b', [1], zeros))
  return { g, w, logit, loss: g.reduceMean(g.bceWithLogits(logit, y)) }
}

const ruled = (random: Rng, batch = 128) => {
  const x = Float32Array.from({ length: batch * 8 }, random.normal)
  const y = Float32Array.from({ length: batch }, (_, i) =>
    Number(x.subarray(i * 8, i * 8 + 8).reduce((sum, value, j) => sum + value * (j - 3.5), 0) > 0),
  )
  return { x, y }
}

/** An embedding bag and a hidden layer, with dropout: everything that holds state. */
const bagged = async (options: Partial<TrainerOptions> = {}) => {
  const random = rng(7)
  const g = graph()
  const ids = g.input('ids', 'int32', ['batch', 3])
  const y = g.input('y', 'float32', ['batch'])
  const items = g.table('items', 40, 8, normal(random.fork('items'), 0.1))
  const bag = g.reduceMean(g.gather(items, ids), { axes: [1] })
  const hidden = g.linear(
    bag,
    g.parameter('w1', [8, 16], he(random.fork('w1'))),
    g.parameter('b1', [16], zeros),
  )
  const out = g.parameter('w2', [16, 1], glorot(random.fork('w2')))
  const logit = g.reshape(g.matmul(g.dropout(g.relu(hidden), 0.1), out), ['batch'])
  const loss = g.reduceMean(g.bceWithLogits(logit, y))
  const watch = { mean: g.reduceMean(logit) }
  const t = await trainer(g, { loss, watch, rate: 0.02, rng: random.fork('dropout'), ...options })
  return { g, t, p: g.sigmoid(logit), bytes: () => exportModel(g, { logit }) }
}

/** Items below 20 are liked: the label is the majority's. */
const liked = (random: Rng, batch = 128) => {
  const ids = Int32Array.from({ length: batch * 3 }, () => random.int(40))
  const y = Float32Array.from({ length: batch }, (_, i) =>
    Number(ids.subarray(i * 3, i * 3 + 3).filter(id => id < 20).length > 1),
  )
  return { ids, y }
}

describe('training', () => {
  test('finds the rule of a logistic regression', async () => {
    const { g, w, loss } = logistic()
    const t = await trainer(g, { loss, rate: 0.1 })
    const data = rng(1)
    const first = (await t.step(ruled(data))).loss
    expect(first).toBeCloseTo(Math.log(2), 5)
    let last = first
    for (let step = 0; step < 200; step++) last = (await t.step(ruled(data))).loss
    expect(last).toBeLessThan(0.1)
    w.values.forEach((weight, j) => expect(Math.sign(weight)).toBe(Math.sign(j - 3.5)))
    await t.release()
  })

  test.each([
    ['lazyAdam', {}],
    ['rowAdagrad', { rows: rowAdagrad(), tableRate: 0.1 }],
    [
      'clipping and a schedule',
      { clip: 0.5, rate: warmupCosine({ peak: 0.03, warmup: 20, steps: 300 }) },
    ],
  ] as const)('drives a table and two layers to a low loss with %s', async (_, options) => {
    const { t, p } = await bagged(options)
    const data = rng(1)
    for (let step = 0; step < 300; step++) await t.step(liked(data))
    const { y, ...features } = liked(rng(2), 1000)
    const predicted = (await t.evaluate({ p }, features)).p.data as Float32Array
    const right = predicted.filter((value, i) => Math.round(value) === y[i]).length
    expect(right / 1000).toBeGreaterThan(0.97)
    await t.release()
  })

  test('is the same bytes for the same seed', async () => {
    const run = async () => {
      const { t, bytes } = await bagged({ clip: 1 })
      const data = rng(1)
      const reports = []
      for (let step = 0; step < 20; step++) reports.push(await t.step(liked(data)))
      await t.release()
      return { reports, bytes: bytes() }
    }
    expect(await run()).toEqual(await run())
  })

  test('copes with batches of changing size', async () => {
    const { t } = await bagged()
    const data = rng(1)
    for (const batch of [64, 1, 200, 64, 7]) {
      expect((await t.step(liked(data, batch))).loss).toBeGreaterThan(0)
    }
    await t.release()
  })

  test('clips to the global norm of dense and table gradients together', async () => {
    const steps = async (clip?: number) => {
      const g = graph()
      const ids = g.input('ids', 'int32', [2])
      const w = g.parameter('w', [1], zeros)
      const table = g.table('t', 3, 1, zeros)
      const loss = g.add(g.mul(g.reduceSum(w), 3), g.mul(g.reduceSum(g.gather(table, ids)), 2))
      // Plain gradient descent shows the gradient itself.
      const descend = { arrays: [], rate: 1 }
      const t = await trainer(g, {
        loss,
        rate: 1,
        ...(clip !== undefined && { clip }),
        dense: () => ({
          ...descend,
          update: (values, gradient, { scale }) =>
            values.forEach((_, i) => (values[i] -= gradient[i] * scale)),
        }),
        rows: () => ({
          ...descend,
          update: (values, { ids, sums }, { scale }) =>
            ids.forEach((id, i) => (values[id] -= sums[i] * scale)),
        }),
      })
      await t.step({ ids: Int32Array.of(1, 1) })
      return [...w.values, ...table.values]
    }
    expect(await steps()).toEqual([-3, 0, -4, 0])
    expect(await steps(2.5)).toEqual([-1.5, 0, -2, 0])
    expect(await steps(100)).toEqual([-3, 0, -4, 0])
  })
})

describe('state', () => {
  test('saved and loaded, training goes on as if it had not stopped', async () => {
    const whole = await bagged()
    const data = rng(1)
    for (let step = 0; step < 10; step++) await whole.t.step(liked(data))
    const saved = whole.t.save()
    const state = data.save()
    for (let step = 0; step < 10; step++) await whole.t.step(liked(data))

    const resumed = await bagged()
    resumed.t.load(saved)
    expect(resumed.t.steps()).toBe(10)
    data.load(state)
    for (let step = 0; step < 10; step++) await resumed.t.step(liked(data))
    expect(resumed.bytes()).toEqual(whole.bytes())
    expect(resumed.t.save()).toEqual(whole.t.save())
  })

  test('of another model, cut short or not state at all is refused with nothing changed', async () => {
    const { t, bytes } = await bagged()
    const before = bytes()
    const { g, loss } = logistic()
    const foreign = (await trainer(g, { loss, rate: 1 })).save()
    const broken = [
      foreign,
      t.save().subarray(0, -1),
      new Uint8Array(3),
      new Uint8Array(500).fill(99),
    ]
    for (const saved of broken) {
      expect(() => t.load(saved)).toThrow(expect.objectContaining({ code: 'STATE_BROKEN' }))
    }
    expect(bytes()).toEqual(before)
  })

  test('a snapshot brings the parameters back', async () => {
    const { t, bytes } = await bagged()
    const data = rng(1)
    await t.step(liked(data))
    const [snapshot, before] = [t.snapshot(), bytes()]
    await t.step(liked(data))
    expect(bytes()).not.toEqual(before)
    t.restore(snapshot)
    expect(bytes()).toEqual(before)
  })

  test('a loss that is not finite stops training and changes nothing', async () => {
    const { t, bytes } = await bagged()
    const before = bytes()
    const feeds = { ...liked(rng(1)), y: new Float32Array(128).fill(NaN) }
    await expect(t.step(feeds)).rejects.toThrow('the loss is NaN at step 1')
    expect(bytes()).toEqual(before)
    expect(t.steps()).toBe(0)
  })
})

test('a graph with dropout needs an rng', async () => {
  await expect(bagged({ rng: undefined })).rejects.toThrow('trained with an rng')
})

describe('a feed that does not fit its input is refused by name', () => {
  test.each([
    ['is missing', undefined],
    ['got a Float64Array', new Float64Array(16)],
    ['got 17 elements', new Float32Array(17)],
    ['got [2, 7]', { data: new Float32Array(14), dims: [2, 7] }],
    ['got [16]', { data: new Float32Array(16), dims: [16] }],
    ['got 16 elements for [3, 8]', { data: new Float32Array(16), dims: [3, 8] }],
  ])('%s', async (message, x) => {
    const { g, loss } = logistic()
    const t = await trainer(g, { loss, rate: 0.1 })
    const step = t.step({ x, y: new Float32Array(3) } as unknown as Record<string, Float32Array>)
    await expect(step).rejects.toThrow(
      expect.objectContaining({
        code: 'FEED_INVALID',
        field: 'x',
        message: expect.stringContaining(message) as string,
      }),
    )
  })

  test.each([
    ['got 3 elements for [2, 1]', new Float32Array(3)],
    ['got [3, 1] where batch = 2', { data: new Float32Array(3), dims: [3, 1] }],
  ])('two inputs disagree on a length: %s', async (message, y) => {
    const { g, loss } = logistic()
    const t = await trainer(g, { loss, rate: 0.1 })
    const step = t.step({ x: new Float32Array(16), y })
    await expect(step).rejects.toThrow(`input 'y' (float32 [batch, 1]) ${message}`)
  })
})
