import type { FirstStage } from '@explore/explore'
import type { TieredRows } from '../dot/tiered-rows.ts'
import type { OnnxModel } from '../onnx/onnx-model.ts'
import { runOn } from './feeds.ts'
import { viewerRows } from './viewer-rows.ts'

/** The light ranker: rows cached on both sides, one dot product per candidate. */
export const firstStage = (tower: OnnxModel, items: number, rows: TieredRows): FirstStage => {
  const rowOf = viewerRows(async viewer => (await runOn(tower, items, { viewer })).embedding!)
  return { score: async (viewer, wanted) => rows.scores(await rowOf(viewer), wanted) }
}
