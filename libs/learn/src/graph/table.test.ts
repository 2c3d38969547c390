import { expect, test } from 'vitest'
import { rng } from '../rng.ts'
import { type Trainer, trainer } from '../trainer.ts'
import { type Graph, graph } from './graph.ts'
import { normal } from './init.ts'
import type { Parameter } from './types.ts'

const [ROWS, DIM, BATCH] = [30, 3, 40]

/** Two lookups of one table, many ids twice and thrice. */
const build = async (declare: (g: Graph) => Parameter) => {
  const g = graph()
  const table = declare(g)
  const history = g.input('history', 'int32', ['batch', 4])
  const item = g.input('item', 'int64', ['batch'])
  const viewer = g.reduceMean(g.gather(table, history), { axes: [1] })
  const error = g.sub(g.reduceSum(g.mul(viewer, g.gather(table, item)), { axes: [1] }), 1)
  return { table, trainer: await trainer(g, { loss: g.reduceMean(g.square(error)), rate: 0.01 }) }
}

const feeds = (seed: number, low = 0) => {
  const random = rng(seed)
  const id = () => low + random.int(20 - low)
  return {
    history: Int32Array.from({ length: BATCH * 4 }, id),
    item: BigInt64Array.from({ length: BATCH }, () => BigInt(id())),
  }
}

const initial = () => normal(rng(1), 0.5)

test('a table learns what a dense parameter learns, where every row is touched', async () => {
  const rows = await build(g => g.table('items', 20, DIM, initial()))
  const whole = await build(g => g.parameter('items', [20, DIM], initial()))
  for (let step = 0; step < 5; step++) {
    const batch = feeds(step)
    expect((await rows.trainer.step(batch)).loss).toBeCloseTo(
      (await whole.trainer.step(batch)).loss,
      6,
    )
  }
  rows.table.values.forEach((value, i) => expect(value).toBeCloseTo(whole.table.values[i], 5))
})

test('untouched rows stay as they were', async () => {
  const { table, trainer } = await build(g => g.table('items', ROWS, DIM, initial()))
  const before = table.values.slice()
  await trainer.step(feeds(1))
  expect(table.values.subarray(20 * DIM)).toEqual(before.subarray(20 * DIM))
  expect(table.values.subarray(0, 20 * DIM)).not.toEqual(before.subarray(0, 20 * DIM))
})

test('the padding row is zero and stays zero, and changes no other row', async () => {
  const padded = await build(g => g.table('items', ROWS, DIM, initial(), { padding: 7 }))
  const moved = () => padded.table.values.subarray(7 * DIM, 8 * DIM)
  expect([...moved()]).toEqual([0, 0, 0])
  for (let step = 0; step < 3; step++) await padded.trainer.step(feeds(step))
  expect([...moved()]).toEqual([0, 0, 0])
  const plain = await build(g => g.table('items', ROWS, DIM, initial()))
  const unpadded = await build(g => g.table('items', ROWS, DIM, initial(), { padding: 0 }))
  plain.table.values.fill(0, 0, DIM)
  await plain.trainer.step(feeds(1, 1))
  await unpadded.trainer.step(feeds(1, 1))
  expect(unpadded.table.values).toEqual(plain.table.values)
})

test('an id outside of the table is refused with nothing changed', async () => {
  const { table, trainer } = await build(g => g.table('items', ROWS, DIM, initial()))
  const before = table.values.slice()
  const refused = (t: Trainer<never>, id: number) =>
    expect(t.step({ ...feeds(1), history: new Int32Array(BATCH * 4).fill(id) })).rejects.toThrow(
      `id ${id} is outside of table 'items' of ${ROWS} rows`,
    )
  await refused(trainer, ROWS)
  await refused(trainer, -1)
  expect(table.values).toEqual(before)
  expect((await trainer.step(feeds(1))).loss).toBeGreaterThan(0)
})
