import {
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  emptyUserState,
  ExploreError,
  fillCandidate,
  fillViewer,
  HEADS,
  type ModelName,
  USER_ATTRIBUTES,
  viewerFeatures,
} from '@explore/explore'
import { onnxModel } from '../onnx/onnx-model.ts'
import type { ModelSpec } from '../onnx/tensor-spec.ts'
import { checkRow } from './embed-items.ts'
import { runOn } from './feeds.ts'
import { modelFile } from './manifest.ts'

const MOST = 256

/**
 * Runs a model on a newcomer and on items of the catalogue; throws MODEL_SIGNATURE where it does not fit, MODEL_OUTPUT
 * where it answers with anything but numbers, or a head with anything but probabilities.
 */
export const probeModel = async (
  name: ModelName,
  bytes: Uint8Array,
  spec: ModelSpec,
  {
    items,
    catalogue,
    now,
  }: { readonly items: number; readonly catalogue: Catalogue; readonly now: () => number },
): Promise<void> => {
  const file = modelFile(name)
  const model = await onnxModel(bytes, file, spec)
  try {
    const state = emptyUserState()
    const attributes = new Int32Array(USER_ATTRIBUTES)
    const viewer = viewerFeatures(1)
    fillViewer(viewer, 0, { state, attributes, surface: 0, now: now() }, catalogue)
    const rows = Math.min(MOST, items)
    const candidate = candidateFeatures(rows)
    const none = new Float64Array(COUNTERS)
    for (let row = 0; row < rows; row++) {
      fillCandidate(candidate, row, row, none, 0, 0, state, now(), catalogue)
    }
    const outputs = await runOn(model, items, { viewer, item: candidate, candidate })
    if (name === 'second-stage') {
      for (const head of HEADS) {
        const at = outputs[head]!.findIndex(p => !(p >= 0 && p <= 1))
        if (at < 0) continue
        const is = `${outputs[head]![at]} for item ${catalogue.id(at)}, and no probability`
        throw new ExploreError('MODEL_OUTPUT', `${file}: output ${head} is ${is}`, { field: head })
      }
    } else if (name === 'retrieval-user' || name === 'first-user') {
      checkRow(file, 'a newcomer', outputs.embedding!, name === 'retrieval-user')
    }
  } finally {
    await model.release()
  }
}
