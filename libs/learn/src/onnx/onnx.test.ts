import { expect, test } from 'vitest'
import { openSession } from '../runtime.ts'
import { encodeModel } from './encode-model.ts'
import { readSignature } from './read-signature.ts'
import type { OnnxModel } from './types.ts'
import { document, fields, int } from './wire.ts'

const model: OnnxModel = {
  nodes: [
    { op: 'Add', inputs: ['x', 'w'], outputs: ['sum'], attributes: {} },
    {
      op: 'Transpose',
      inputs: ['sum'],
      outputs: ['turned'],
      attributes: { perm: { ints: [1, 0] } },
    },
    {
      op: 'LeakyRelu',
      inputs: ['turned'],
      outputs: ['leaky'],
      attributes: { alpha: { float: 0.5 } },
    },
    {
      op: 'ConstantOfShape',
      inputs: ['shape'],
      outputs: ['sevens'],
      attributes: {
        value: { tensor: { dtype: 'float32', shape: [1], values: Float32Array.of(7) } },
      },
    },
    {
      op: 'ScatterND',
      inputs: ['leaky', 'place', 'sevens'],
      outputs: ['y'],
      attributes: { reduction: { string: 'add' } },
    },
    { op: 'Cast', inputs: ['y'], outputs: ['z'], attributes: { to: { int: 6 } } },
  ],
  inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 2] }],
  outputs: [
    { name: 'y', dtype: 'float32', shape: [2, 'batch'] },
    { name: 'z', dtype: 'int32', shape: [2, 'batch'] },
  ],
  initialisers: [
    { name: 'w', dtype: 'float32', shape: [2], values: Float32Array.of(10, -10) },
    { name: 'shape', dtype: 'int64', shape: [1], values: BigInt64Array.of(1n) },
    { name: 'place', dtype: 'int64', shape: [1, 2], values: BigInt64Array.of(-1n, 0n) },
  ],
  metadata: { made: 'by a test', empty: '' },
}

test('ONNX Runtime reads every kind of attribute and tensor', async () => {
  const session = await openSession(encodeModel(model))
  const x = session.tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2])
  const { y, z } = await session.run({ x }, { y: null, z: null })
  expect([...(y.data as Float32Array)]).toEqual([11, 13, -4 + 7, -3])
  expect([...(z.data as Int32Array)]).toEqual([11, 13, 3, -3])
  await session.release()
})

test('a signature reads what was written', () => {
  const { inputs, outputs, initialisers, operators, metadata } = readSignature(encodeModel(model))
  expect(inputs).toEqual(model.inputs)
  expect(outputs).toEqual(model.outputs)
  expect(initialisers).toEqual(
    model.initialisers.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  )
  expect(operators).toEqual([
    'Add',
    'Cast',
    'ConstantOfShape',
    'LeakyRelu',
    'ScatterND',
    'Transpose',
  ])
  expect(metadata).toEqual(model.metadata)
})

test('a truncated model is a RangeError, wherever it was cut', () => {
  const bytes = encodeModel(model)
  const cuts = Array.from({ length: bytes.length - 1 }, (_, i) => bytes.subarray(0, i + 1))
  const whole = cuts.filter(cut => {
    try {
      readSignature(cut)
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError)
      return false
    }
  })
  // Where a cut falls between two fields of the outermost message, what is left is well-formed.
  expect(whole.length).toBeLessThan(8)
})

test('varints keep 64 bits and the sign', () => {
  const values = [0n, 1n, 127n, 128n, 300n, 2n ** 53n + 1n, 2n ** 63n - 1n, -1n, -(2n ** 63n)]
  const read = [...fields(document(values.map(value => int(3, value))))]
  expect(read.map(field => field.value)).toEqual(values)
})
