import {
  candidateFeatures,
  COUNTERS,
  emptyUserState,
  ExploreError,
  fillCandidate,
} from '@explore/explore'
import { onnxModel } from '../onnx/onnx-model.ts'
import type { ModelSpec } from '../onnx/tensor-spec.ts'
import { runOn } from './feeds.ts'
import type { World } from './freshener.ts'
import { modelFile } from './manifest.ts'

const BATCH = 512
/** How far the length of a unit vector may be from 1. */
const TOLERANCE = 1e-3

/**
 * Rows [items, width] of an item tower over a catalogue as it is now. Throws MODEL_OUTPUT naming the first item whose
 * row is no number or, of retrieval, no unit vector.
 */
export const embedItems = async (
  name: 'retrieval-item' | 'first-item',
  bytes: Uint8Array,
  spec: ModelSpec,
  items: number,
  { catalogue, counters, now }: World,
): Promise<Float32Array> => {
  const file = modelFile(name)
  const model = await onnxModel(bytes, file, spec)
  const width = spec.outputs.embedding!.width!
  const table = new Float32Array(items * width)
  const nobody = emptyUserState()
  try {
    for (let from = 0; from < items; from += BATCH) {
      const batch = Uint32Array.from({ length: Math.min(BATCH, items - from) }, (_, i) => from + i)
      const rows = candidateFeatures(batch.length)
      const counted = await counters(batch)
      batch.forEach((item, row) =>
        fillCandidate(rows, row, item, counted, row * COUNTERS, 0, nobody, now(), catalogue),
      )
      const { embedding } = await runOn(model, items, { item: rows, candidate: rows })
      table.set(embedding!, from * width)
    }
  } finally {
    await model.release()
  }
  for (let item = 0; item < items; item++) {
    const row = table.subarray(item * width, (item + 1) * width)
    checkRow(file, `item ${catalogue.id(item)}`, row, name === 'retrieval-item')
  }
  return table
}

/** Throws MODEL_OUTPUT where a row holds what is no number or, if it should be one, is no unit vector. */
export const checkRow = (file: string, of: string, row: Float32Array, unit: boolean): void => {
  const bad = row.find(value => !Number.isFinite(value))
  const length = Math.hypot(...row)
  const what =
    bad !== undefined
      ? `is ${bad} for ${of}`
      : unit && Math.abs(length - 1) > TOLERANCE
        ? `has the length ${length.toPrecision(3)} for ${of}: towers of retrieval give unit vectors`
        : undefined
  if (what === undefined) return
  throw new ExploreError('MODEL_OUTPUT', `${file}: output embedding ${what}`, {
    field: 'embedding',
  })
}
