import { ExploreError } from '@explore/explore'
import type { InferenceSession } from 'onnxruntime-node'
import type { ModelSpec, TensorSpec } from './tensor-spec.ts'

type Metadata = InferenceSession.ValueMetadata

/** Throws MODEL_SIGNATURE, naming the model, the input or output, what it is and what it should be. */
export const checkSignature = (
  name: string,
  session: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>,
  spec: ModelSpec,
): void => {
  for (const input of session.inputMetadata) {
    const expected = spec.inputs[input.name]
    if (expected === undefined) {
      const known = Object.keys(spec.inputs).join(', ')
      throw refusal(name, input.name, `input ${input.name} is none of ${known}`)
    }
    if (!matches(input, expected)) {
      const is = `is ${show(input)}, expected ${showSpec(expected)}`
      throw refusal(name, input.name, `input ${input.name} ${is}`)
    }
  }
  for (const [output, expected] of Object.entries(spec.outputs)) {
    const given = session.outputMetadata.find(value => value.name === output)
    if (given === undefined || !matches(given, expected)) {
      const is = given === undefined ? 'is missing' : `is ${show(given)}`
      throw refusal(name, output, `output ${output} ${is}, expected ${showSpec(expected)}`)
    }
  }
}

/** The error for a model that does not keep to its contract. */
export const refusal = (model: string, field: string, message: string): ExploreError =>
  new ExploreError('MODEL_SIGNATURE', `${model}: ${message}`, { field })

/** The first length must be open, or 1 where there is but one row. Where an exporter left the width open too, the first run decides. */
const matches = (value: Metadata, { dtype, width, single }: TensorSpec): boolean => {
  if (!value.isTensor || value.type !== dtype) return false
  const [rows, columns] = value.shape
  if (typeof rows !== 'string' && !(single && rows === 1)) return false
  if (width === undefined) return value.shape.length === 1
  return value.shape.length === 2 && (columns === width || typeof columns === 'string')
}

const show = (value: Metadata): string =>
  value.isTensor ? `${value.type} [${value.shape.map(dim => dim || '?').join(', ')}]` : 'no tensor'

const showSpec = ({ dtype, width }: TensorSpec): string =>
  width === undefined ? `${dtype} [rows]` : `${dtype} [rows, ${width}]`
