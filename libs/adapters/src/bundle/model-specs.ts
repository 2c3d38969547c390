import {
  candidateFeatures,
  HEADS,
  itemFeatures,
  type ModelName,
  viewerFeatures,
} from '@explore/explore'
import type { ModelSpec, TensorSpecs } from '../onnx/tensor-spec.ts'

/** The inputs that a set of feature columns of one row feeds: `<prefix>.<field>`. */
const inputs = (prefix: string, columns: object): TensorSpecs =>
  Object.fromEntries(
    Object.entries(columns)
      .filter(([, column]) => typeof column === 'object')
      .map(([field, column]: [string, Float32Array | Int32Array]) => [
        `${prefix}.${field}`,
        {
          dtype: column instanceof Float32Array ? 'float32' : 'int32',
          width: column.length === 1 ? undefined : column.length,
        },
      ]),
  )

const viewer = inputs('viewer', viewerFeatures(1))
const oneViewer = Object.fromEntries(
  Object.entries(viewer).map(([name, spec]) => [name, { ...spec, single: true as const }]),
)
const item = inputs('item', itemFeatures(1))
const { viewer: row, dense, cross } = candidateFeatures(1)
const candidate = inputs('candidate', { viewer: row, dense, cross })

const embedding = (width: number): TensorSpecs => ({ embedding: { dtype: 'float32', width } })

/** Signatures of a bundle's models, from the feature schema: what they may read and must give. */
export const modelSpecs = (
  dimension: number,
  firstDimension: number,
): Readonly<Record<ModelName, ModelSpec>> => ({
  'retrieval-user': { inputs: viewer, outputs: embedding(dimension) },
  'retrieval-item': { inputs: item, outputs: embedding(dimension) },
  'first-user': { inputs: viewer, outputs: embedding(firstDimension) },
  'first-item': {
    inputs: { ...item, 'candidate.dense': candidate['candidate.dense']! },
    outputs: embedding(firstDimension),
  },
  'second-stage': {
    inputs: { ...oneViewer, ...item, ...candidate },
    outputs: Object.fromEntries(HEADS.map(head => [head, { dtype: 'float32' }])),
  },
})
