import { type Head, HEADS, type SecondStage } from '@explore/explore'
import type { OnnxModel } from '../onnx/onnx-model.ts'
import { runOn } from './feeds.ts'

/** The heavy ranker: one run of the model over all candidates. */
export const secondStage = (model: OnnxModel, items: number): SecondStage => ({
  predict: async (viewer, candidates) => {
    if (candidates.rows === 0) return NOBODY
    const heads = await runOn(model, items, { viewer, item: candidates, candidate: candidates })
    return heads as Record<Head, Float32Array>
  },
})

const NOBODY = Object.fromEntries(HEADS.map(head => [head, new Float32Array(0)])) as Record<
  Head,
  Float32Array
>
