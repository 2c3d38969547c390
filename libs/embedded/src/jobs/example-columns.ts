import type { ParquetColumn } from '@explore/adapters'
import { candidateFeatures, itemFeatures, viewerFeatures } from '@explore/explore'
import { columnsOf } from '../features/feature-log.ts'

/** The columns that a set of features of one row makes: named as the inputs of models. */
const columns = (
  prefix: string,
  features: Parameters<typeof columnsOf>[0],
): readonly ParquetColumn[] =>
  columnsOf(features).map(([field, column]) => ({
    name: `${prefix}.${field}`,
    type: column instanceof Float32Array ? 'FLOAT' : 'INT32',
    ...(column.length > 1 && { width: column.length }),
  }))

export const viewerColumns = columns('viewer', viewerFeatures(1))
export const itemColumns = columns('item', itemFeatures(1))
/** What is the pair's: the content is the item's. */
export const candidateColumns = columns('candidate', candidateFeatures(1)).filter(({ name }) =>
  ['candidate.dense', 'candidate.cross'].includes(name),
)
