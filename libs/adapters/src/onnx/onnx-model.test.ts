import { type Dim, type DType, exportModel, graph, init, rng } from '@explore/learn'
import { describe, expect, it } from 'vitest'
import { onnxModel } from './onnx-model.ts'
import type { ModelSpec } from './tensor-spec.ts'

const SPEC: ModelSpec = {
  inputs: {
    ids: { dtype: 'int32' },
    values: { dtype: 'float32', width: 3 },
    unused: { dtype: 'int32', width: 5 },
  },
  outputs: { sum: { dtype: 'float32' }, rows: { dtype: 'float32', width: 3 } },
}

interface Shape {
  readonly ids?: readonly [name: string, dtype: DType, shape: readonly Dim[]]
  readonly values?: readonly [name: string, dtype: DType, shape: readonly Dim[]]
}

/** rows = values + the table's rows `ids`; sum = the sum of each. */
const model = ({
  ids = ['ids', 'int32', ['rows']],
  values = ['values', 'float32', ['rows', 3]],
}: Shape = {}): { rows: Uint8Array; both: Uint8Array } => {
  const g = graph()
  const width = values[2][1] as number
  const table = g.table('table', 4, width, init.normal(rng(1), 1))
  table.values.set([1, 2, 3], width)
  const gathered = g.reshape(g.gather(table, g.input(...ids)), [ids[2][0]!, width])
  const rows = g.add(gathered, g.input(...values))
  const sum = g.reduceSum(rows, { axes: [1] })
  return { rows: exportModel(g, { rows }), both: exportModel(g, { rows, sum }) }
}

const load = (bytes: Uint8Array) => onnxModel(bytes, 'tiny.onnx', SPEC)

it('runs on any number of rows', async () => {
  const { inputs, run, release } = await load(model().both)
  expect(inputs).toEqual(['ids', 'values'])
  const ids = Int32Array.of(1, 1)
  const values = Float32Array.of(0, 0, 0, 10, 20, 30)
  const { rows, sum } = await run({ ids, values })
  expect(rows).toEqual(Float32Array.of(1, 2, 3, 11, 22, 33))
  expect(sum).toEqual(Float32Array.of(6, 66))
  const one = await run({ ids: ids.subarray(1), values: values.subarray(3) })
  expect(one.rows).toEqual(Float32Array.of(11, 22, 33))
  expect(rows).toEqual(Float32Array.of(1, 2, 3, 11, 22, 33))
  await expect(run({ ids })).rejects.toMatchObject({ code: 'FEED_INVALID', field: 'values' })
  await release()
})

it('takes a model of a single row only where nobody feeds more', async () => {
  const g = graph()
  const one = g.input('values', 'float32', [1, 3])
  const rows = g.mul(
    one,
    g.reshape(g.cast(g.input('ids', 'int32', ['rows']), 'float32'), ['rows', 1]),
  )
  const bytes = exportModel(g, { rows, sum: g.reduceSum(rows, { axes: [1] }) })
  await expect(load(bytes)).rejects.toMatchObject({ code: 'MODEL_SIGNATURE', field: 'values' })
  const values = { dtype: 'float32', width: 3, single: true } as const
  const spec: ModelSpec = { ...SPEC, inputs: { ...SPEC.inputs, values } }
  const { run, release } = await onnxModel(bytes, 'tiny.onnx', spec)
  const { sum } = await run({ ids: Int32Array.of(1, 2), values: Float32Array.of(1, 2, 3) })
  expect(sum).toEqual(Float32Array.of(6, 12))
  await release()
})

it('is released once the runs under way are over', async () => {
  const { run, release } = await load(model().both)
  const feeds = { ids: Int32Array.of(1), values: new Float32Array(3) }
  const under = run(feeds)
  await Promise.all([release(), release()])
  expect((await under).sum).toEqual(Float32Array.of(6))
  await expect(run(feeds)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
})

describe('refuses a model with', () => {
  const refused = (bytes: Uint8Array) => expect(load(bytes)).rejects
  const error = (field: string, message: string) => ({
    code: 'MODEL_SIGNATURE',
    field,
    message: `tiny.onnx: ${message}`,
  })

  it('an input that does not exist', () =>
    refused(model({ ids: ['item', 'int32', ['rows']] }).both).toMatchObject(
      error('item', 'input item is none of ids, values, unused'),
    ))

  it('an input of another width', () =>
    refused(model({ values: ['values', 'float32', ['rows', 4]] }).both).toMatchObject(
      error('values', 'input values is float32 [rows, 4], expected float32 [rows, 3]'),
    ))

  it('an input of another type', () =>
    refused(model({ ids: ['ids', 'int64', ['rows']] }).both).toMatchObject(
      error('ids', 'input ids is int64 [rows], expected int32 [rows]'),
    ))

  it('an input of another rank', () =>
    refused(model({ ids: ['ids', 'int32', ['rows', 1]] }).both).toMatchObject(
      error('ids', 'input ids is int32 [rows, 1], expected int32 [rows]'),
    ))

  it('a fixed number of rows', () =>
    refused(
      model({ ids: ['ids', 'int32', [7]], values: ['values', 'float32', [7, 3]] }).both,
    ).toMatchObject(error('ids', 'input ids is int32 [7], expected int32 [rows]')))

  it('an output missing', () =>
    refused(model().rows).toMatchObject(
      error('sum', 'output sum is missing, expected float32 [rows]'),
    ))

  it('something that fails as it runs', () => {
    const g = graph()
    const sum = g.reduceSum(g.input('values', 'float32', ['rows', 3]), { axes: [1] })
    const table = g.table('table', 4, 3, init.zeros)
    const beyond = g.cast(g.add(g.mul(sum, 0), 9), 'int32')
    return refused(exportModel(g, { rows: g.gather(table, beyond), sum })).toMatchObject({
      code: 'MODEL_SIGNATURE',
      field: 'tiny.onnx',
      message: expect.stringContaining('tiny.onnx cannot be run') as string,
    })
  })

  it('no ONNX in it', () =>
    refused(new TextEncoder().encode('no model')).toMatchObject({
      code: 'MODEL_SIGNATURE',
      field: 'tiny.onnx',
      message: expect.stringContaining('tiny.onnx cannot be loaded') as string,
    }))
})

it('finds out by running where a model leaves its widths open', async () => {
  const g = graph()
  const values = g.input('values', 'float32', ['rows', 'width'])
  const sum = g.reduceSum(values, { axes: [1] })
  await (await load(exportModel(g, { rows: g.add(values, values), sum }))).release()
  await expect(
    load(exportModel(g, { rows: g.concat([values, values], 1), sum })),
  ).rejects.toMatchObject({
    code: 'MODEL_SIGNATURE',
    message: 'tiny.onnx: output rows has 6 values per row, expected 3',
  })
})
