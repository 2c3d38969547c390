import {
  type CandidateFeatures,
  type Head,
  HEADS,
  type SecondStage,
  type ViewerFeatures,
} from '@explore/explore'
import { candidateFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import type { DType } from '../onnx/types.ts'
import { openSession } from '../runtime.ts'
import { rowsOfViewers } from './rows-of-viewers.ts'

/** The second stage in this process, of one viewer's candidates or of many viewers' at once. */
export interface SecondStageScorer extends SecondStage {
  readonly predict: (
    viewers: ViewerFeatures,
    candidates: CandidateFeatures,
  ) => Promise<Readonly<Record<Head, Float32Array>>>
  readonly release: () => Promise<void>
}

/** Runs a second-stage model of the bundle format, which takes one viewer at a time. */
export const secondStageScorer = async (model: Uint8Array): Promise<SecondStageScorer> => {
  const session = await openSession(model)
  const wanted = Object.fromEntries(HEADS.map(head => [head, null]))
  const ofOne = async (viewer: ViewerFeatures, candidates: CandidateFeatures) => {
    const given = { ...viewerFeeds(viewer), ...candidateFeeds(candidates) }
    const feeds = session.inputs.map(name => {
      const { data, dims } = given[name]
      const dtype: DType = data instanceof Int32Array ? 'int32' : 'float32'
      return [name, session.tensor(dtype, data, dims)] as const
    })
    const results = await session.run(Object.fromEntries(feeds), wanted)
    return (head: Head) => results[head].data as Float32Array
  }
  return {
    predict: async (viewers, candidates) => {
      const heads = Object.fromEntries(
        HEADS.map(head => [head, new Float32Array(candidates.rows)]),
      ) as Record<Head, Float32Array>
      for (const { viewer, rows, own } of rowsOfViewers(viewers, candidates)) {
        const predicted = await ofOne(viewer, own)
        for (const head of HEADS) {
          const of = predicted(head)
          rows.forEach((row, i) => (heads[head][row] = of[i]))
        }
      }
      return heads
    },
    release: session.release,
  }
}
