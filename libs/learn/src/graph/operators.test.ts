import { describe, expect, test } from 'vitest'
import type { Shape } from '../onnx/types.ts'
import { program } from '../program.ts'
import { type Rng, rng } from '../rng.ts'
import { product } from './dims.ts'
import { gradients } from './gradients.ts'
import { type Graph, graph } from './graph.ts'
import type { Tensor } from './types.ts'

type Case = readonly [
  name: string,
  /** One letter is one length, drawn anew in each round; a digit is itself. */
  shapes: readonly string[],
  build: (g: Graph, ...x: readonly Tensor[]) => Tensor,
  /** Draws one element. Default: ±[0.1, 2.1), clear of the kinks at 0. */
  draw?: (random: Rng) => number,
]

const positive = (random: Rng) => 0.5 + 2 * random.uniform()
const ids = (g: Graph, values: readonly number[], shape: readonly number[]) =>
  g.cast(g.constant(Float32Array.from(values), shape), 'int32')

const cases: readonly Case[] = [
  ['add', ['mn', 'mn'], (g, a, b) => g.add(a, b)],
  ['add, a bias', ['mnk', 'k'], (g, a, b) => g.add(a, b)],
  ['add, both broadcast', ['m1', '1n'], (g, a, b) => g.add(a, b)],
  ['add, to itself', ['mn'], (g, a) => g.add(a, a)],
  ['sub, inner axis', ['mnk', 'm1k'], (g, a, b) => g.sub(a, b)],
  ['sub, from a number', ['mn'], (g, a) => g.sub(1, a)],
  ['mul', ['mn', 'mn'], (g, a, b) => g.mul(a, b)],
  ['mul, outer product', ['m1', 'n'], (g, a, b) => g.mul(a, b)],
  ['mul, a scalar', ['mn', ''], (g, a, b) => g.mul(a, b)],
  ['mul, leading and inner axes', ['m1k', 'lmnk'], (g, a, b) => g.mul(a, b)],
  ['div', ['mn', 'mn'], (g, a, b) => g.div(a, b), positive],
  ['div, by a column', ['mn', 'm1'], (g, a, b) => g.div(a, b), positive],
  ['neg', ['mn'], (g, a) => g.neg(a)],
  ['exp', ['mn'], (g, a) => g.exp(a)],
  ['log', ['mn'], (g, a) => g.log(a), positive],
  ['sqrt', ['mn'], (g, a) => g.sqrt(a), positive],
  ['abs', ['mn'], (g, a) => g.abs(a)],
  ['square', ['mn'], (g, a) => g.square(a)],
  ['pow', ['mn'], (g, a) => g.pow(a, 1.7), positive],
  ['sigmoid', ['mn'], (g, a) => g.sigmoid(a)],
  ['tanh', ['mn'], (g, a) => g.tanh(a)],
  ['relu', ['mn'], (g, a) => g.relu(a)],
  ['silu', ['mn'], (g, a) => g.silu(a)],
  ['softplus', ['mn'], (g, a) => g.softplus(a)],
  ['clip', ['mn'], (g, a) => g.clip(a, -0.95, 1.05)],
  ['maximum', ['mn', 'n'], (g, a, b) => g.maximum(a, b)],
  ['minimum, of a number', ['mn'], (g, a) => g.minimum(a, 0.5)],
  ['where', ['mn', 'n'], (g, a, b) => g.where(g.greater(a, 0.5), a, b)],
  ['where, a number', ['mn'], (g, a) => g.where(g.not(g.less(a, 0)), g.square(a), -1)],
  ['matmul', ['mk', 'kn'], (g, a, b) => g.matmul(a, b)],
  ['matmul, a transposed', ['km', 'kn'], (g, a, b) => g.matmul(a, b, { a: true })],
  ['matmul, b transposed', ['mk', 'nk'], (g, a, b) => g.matmul(a, b, { b: true })],
  ['matmul, both transposed', ['km', 'nk'], (g, a, b) => g.matmul(a, b, { a: true, b: true })],
  ['matmul, by weights', ['lmk', 'kn'], (g, a, b) => g.matmul(a, b)],
  ['matmul, batched', ['lmk', 'lkn'], (g, a, b) => g.matmul(a, b)],
  ['matmul, batched b transposed', ['lmk', 'lnk'], (g, a, b) => g.matmul(a, b, { b: true })],
  ['matmul, four axes', ['plmk', 'plkn'], (g, a, b) => g.matmul(a, b)],
  ['matmul, with itself', ['mk'], (g, a) => g.matmul(a, a, { b: true })],
  ['linear', ['mk', 'kn', 'n'], (g, x, w, b) => g.linear(x, w, b)],
  ['linear, three axes', ['lmk', 'kn', 'n'], (g, x, w, b) => g.linear(x, w, b)],
  ['reduceSum', ['mnk'], (g, a) => g.reduceSum(a)],
  ['reduceSum, axes', ['mnk'], (g, a) => g.reduceSum(g.square(a), { axes: [0, -1] })],
  ['reduceSum, kept', ['mnk'], (g, a) => g.reduceSum(g.exp(a), { axes: [1], keepDims: true })],
  ['reduceMean', ['mnk'], (g, a) => g.reduceMean(g.square(a))],
  ['reduceMean, axes', ['mnk'], (g, a) => g.reduceMean(g.square(a), { axes: [1] })],
  ['softmax', ['mn'], (g, a) => g.softmax(a)],
  ['softmax, inner axis', ['mnk'], (g, a) => g.softmax(a, 1)],
  ['logSoftmax', ['mnk'], (g, a) => g.logSoftmax(a, 1)],
  ['layerNorm', ['lmk', 'k', 'k'], (g, x, scale, bias) => g.layerNorm(x, scale, bias, 0.1)],
  ['l2Normalize', ['mk'], (g, a) => g.l2Normalize(a)],
  ['l2Normalize, inner axis', ['lmk'], (g, a) => g.l2Normalize(a, 1, 0.1)],
  ['reshape', ['mnk'], (g, a) => g.reshape(g.exp(a), [product(a.shape)])],
  [
    'reshape, two axes of three',
    ['mn4'],
    (g, a) => g.reshape(a, [product(a.shape.slice(0, 2)), 4]),
  ],
  ['reshape, back', ['mn'], (g, a) => g.reshape(g.reshape(a, [product(a.shape)]), a.shape)],
  ['transpose', ['mnk'], (g, a) => g.transpose(a, [1, 2, 0])],
  ['transpose, the last two', ['mnk'], (g, a) => g.transpose(g.exp(a))],
  ['unsqueeze', ['mn'], (g, a) => g.mul(g.unsqueeze(a, 1), g.unsqueeze(a, -1))],
  ['squeeze', ['m1n'], (g, a) => g.squeeze(g.exp(a), 1)],
  ['concat', ['mn', 'mk', 'mn'], (g, a, b, c) => g.concat([a, b, c], 1)],
  ['concat, first axis', ['ma', 'na'], (g, a, b) => g.square(g.concat([a, b], 0))],
  [
    'split',
    ['m6'],
    (g, a) => {
      const [x, y] = g.split(a, [2, 4], 1)
      return g.matmul(g.transpose(x as Tensor), y as Tensor)
    },
  ],
  ['split, one part unused', ['m6'], (g, a) => g.exp(g.split(a, [1, 2, 3], -1)[1] as Tensor)],
  ['slice', ['m5n'], (g, a) => g.exp(g.slice(a, 1, 1, 4))],
  ['expand', ['m1', 'mn'], (g, a, b) => g.mul(g.expand(a, b.shape), b)],
  ['expand, a new axis', ['n', 'mn'], (g, a, b) => g.mul(g.expandLike(a, b), b)],
  ['gather, equal ids', ['5n'], (g, a) => g.exp(g.gather(a, ids(g, [4, 0, 4, 2, 4, 0], [2, 3])))],
  ['gather, from scalars', ['5'], (g, a) => g.gather(a, ids(g, [1, 1, 3], [3]))],
  ['gather, from an activation', ['5n'], (g, a) => g.gather(g.tanh(a), ids(g, [3, 3], [2]))],
  ['oneHot', ['3k'], (g, a) => g.matmul(g.oneHot(ids(g, [2, 0, 2], [3]), 3), a)],
  ['bceWithLogits', ['mn', 'mn'], (g, z, y) => g.bceWithLogits(z, y)],
  [
    'crossEntropy, one-hot',
    ['35'],
    (g, a) => g.crossEntropy(a, g.oneHot(ids(g, [4, 0, 1], [3]), 5)),
  ],
  [
    'crossEntropy, in the batch',
    ['mk', 'mk'],
    (g, a, b) => {
      const z = g.matmul(a, b, { b: true })
      return g.crossEntropy(z, g.eyeLike(z))
    },
  ],
  ['a tensor used thrice', ['mn'], (g, a) => g.add(g.mul(a, g.sigmoid(a)), g.mul(a, 2))],
]

/** Central differences, as far as float32 allows. `values` is disturbed and put back. */
const slopes = async (loss: () => Promise<number>, values: Float32Array) => {
  const found = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const x = values[i]
    const at = async (moved: number) => {
      values[i] = moved
      return [await loss(), values[i]] as const
    }
    const [above, high] = await at(x + 0.01)
    const [below, low] = await at(x - 0.01)
    values[i] = x
    found[i] = (above - below) / (high - low)
  }
  return found
}

/** Runs one case with known or with named lengths and compares every gradient. */
const check = async ([, shapes, build, draw]: Case, named: boolean, random: Rng) => {
  const lengths = new Map<string, number>()
  const lengthOf = (letter: string) => {
    if (/\d/.test(letter)) return Number(letter)
    const length = lengths.get(letter) ?? 2 + random.int(3)
    lengths.set(letter, length)
    return length
  }
  const g = graph()
  const feeds: Record<string, { data: Float32Array; dims: readonly number[] }> = {}
  const inputs = shapes.map((letters, i) => {
    const dims = [...letters].map(lengthOf)
    const shape: Shape = named
      ? [...letters].map(letter => (/\d/.test(letter) ? Number(letter) : letter))
      : dims
    const data = new Float32Array(dims.reduce((size, dim) => size * dim, 1))
    const element = draw ?? (from => (from.int(2) ? 1 : -1) * (0.1 + 2 * from.uniform()))
    for (let j = 0; j < data.length; j++) data[j] = element(random)
    feeds[`x${i}`] = { data, dims }
    return g.input(`x${i}`, 'float32', shape)
  })

  const y = build(g, ...inputs)
  const forward = await program(g, { y })
  const first = (await forward.run(feeds)).y
  const weights = Float32Array.from(first.data as Float32Array, () => random.normal())
  const loss = async () => {
    const values = (await forward.run(feeds)).y.data as Float32Array
    return values.reduce((total, value, i) => total + value * weights[i], 0)
  }

  const upstream = g.input('weights', 'float32', y.shape)
  const { dense } = gradients(g, g.reduceSum(g.mul(y, upstream)), inputs)
  const outputs = Object.fromEntries(inputs.map((x, i) => [`x${i}`, dense.get(x) as Tensor]))
  const backward = await program(g, outputs)
  const results = await backward.run({ ...feeds, weights: { data: weights, dims: first.dims } })

  for (const [name, { data, dims }] of Object.entries(feeds)) {
    const found = results[name]
    expect(found?.dims).toEqual(dims)
    const expected = await slopes(loss, data)
    const size = Math.max(1, ...expected.map(Math.abs))
    expected.forEach((slope, i) => {
      expect(Math.abs((found?.data[i] as number) - slope) / size).toBeLessThan(2e-3)
    })
  }
  await forward.release()
  await backward.release()
}

describe.each(cases)('%s', (...one) => {
  test.each([1, 2])('agrees with finite differences, lengths of draw %i', async seed => {
    await check(one as unknown as Case, false, rng(seed))
  })
  test('agrees with finite differences, named lengths', async () => {
    await check(one as unknown as Case, true, rng(3))
  })
})

test('no gradient passes stopGradient', async () => {
  const g = graph()
  const x = g.input('x', 'float32', [3])
  const { dense } = gradients(g, g.reduceSum(g.mul(x, g.stopGradient(x))), [x])
  const { run } = await program(g, { dx: dense.get(x) as Tensor })
  expect([...(await run({ x: Float32Array.of(1, 2, 3) })).dx.data]).toEqual([1, 2, 3])
})

test('bceWithLogits is finite for any logit', async () => {
  const g = graph()
  const z = g.input('z', 'float32', [4])
  const loss = g.bceWithLogits(z, g.constant(Float32Array.of(1, 0, 1, 0)))
  const { dense } = gradients(g, g.reduceSum(loss), [z])
  const { run } = await program(g, { loss, dz: dense.get(z) as Tensor })
  const { loss: value, dz } = await run({ z: Float32Array.of(-1000, 1000, 1000, -1000) })
  expect([...value.data]).toEqual([1000, 1000, 0, 0])
  expect([...dz.data]).toEqual([-1, 1, 0, 0])
})
