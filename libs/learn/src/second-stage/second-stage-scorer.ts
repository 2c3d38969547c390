import { type Head, HEADS, type SecondStage } from '@explore/explore'
import { candidateFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import type { DType } from '../onnx/types.ts'
import { openSession } from '../runtime.ts'
import { manyViewers } from './many-viewers.ts'

/** The second stage in this process, of one viewer's candidates or of many viewers' at once. */
export interface SecondStageScorer extends SecondStage {
  readonly release: () => Promise<void>
}

/** Runs a second-stage model of the bundle format, which takes one viewer at a time. */
export const secondStageScorer = async (model: Uint8Array): Promise<SecondStageScorer> => {
  const session = await openSession(model)
  const wanted = Object.fromEntries(HEADS.map(head => [head, null]))
  const { predict } = manyViewers({
    predict: async (viewer, candidates) => {
      const given = { ...viewerFeeds(viewer), ...candidateFeeds(candidates) }
      const feeds = session.inputs.map(name => {
        const { data, dims } = given[name]
        const dtype: DType = data instanceof Int32Array ? 'int32' : 'float32'
        return [name, session.tensor(dtype, data, dims)] as const
      })
      const results = await session.run(Object.fromEntries(feeds), wanted)
      return Object.fromEntries(
        HEADS.map(head => [head, results[head].data as Float32Array]),
      ) as Record<Head, Float32Array>
    },
  })
  return { predict, release: session.release }
}
