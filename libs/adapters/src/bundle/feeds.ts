import type { CandidateFeatures, ItemFeatures, ViewerFeatures } from '@explore/explore'
import type { OnnxModel } from '../onnx/onnx-model.ts'

/** Feature columns by the prefix of the inputs that they feed. */
export interface FeatureColumns {
  readonly viewer?: ViewerFeatures
  readonly item?: ItemFeatures
  readonly candidate?: Pick<CandidateFeatures, 'viewer' | 'dense' | 'cross'>
}

type Column = Float32Array | Int32Array

/** Columns of item ids (ordinal + 1): id tables end at the catalogue's size at training. */
const IDS = new Set(['viewer.historyItems', 'item.items'])

/** Runs `model` on feature columns; ids above `items` count as 0, unknown. */
export const runOn = (
  model: OnnxModel,
  items: number,
  columns: FeatureColumns,
): ReturnType<OnnxModel['run']> => {
  const feeds: Record<string, Column> = {}
  for (const input of model.inputs) {
    const dot = input.indexOf('.')
    const group = columns[input.slice(0, dot) as keyof FeatureColumns] as object
    const column = (group as Record<string, Column>)[input.slice(dot + 1)]!
    feeds[input] = IDS.has(input) ? knownIds(column as Int32Array, items) : column
  }
  return model.run(feeds)
}

/** Copies only where there is something to change, so mostly not at all. */
const knownIds = (ids: Int32Array, items: number): Int32Array => {
  for (let i = 0; i < ids.length; i++) {
    if (ids[i]! > items) return ids.map(id => (id > items ? 0 : id))
  }
  return ids
}
