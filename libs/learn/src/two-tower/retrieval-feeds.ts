import type { Catalogue } from '@explore/explore'
import { gatherItems } from '../examples/batch.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import type { Feeds } from '../bind-feed.ts'
import type { RetrievalExamples, Targets } from './retrieval-examples.ts'
import type { Columns } from './sample-columns.ts'
import type { ViewerBatch } from './viewer-batches.ts'

/** Added to the logits of a viewer's own items among the others: e to it is 0. */
const EXCLUDED = -1e9

/** What one step of the two towers is fed. */
export const retrievalFeeds = (
  { viewers, catalogue }: { viewers: RetrievalExamples['viewers']; catalogue: Catalogue },
  targets: Targets,
  options: {
    readonly sample: (positives: Uint32Array) => Columns
    /** Whether an item goes without its id this time. */
    readonly hides: (item: number) => boolean
  },
) => {
  const { sample, hides } = options
  let sum = 0
  for (const weight of targets.weight) sum += weight
  const meanWeight = sum / targets.length

  return ({ viewers: rows, targets: taken, viewerOf }: ViewerBatch): Feeds => {
    const columns = sample(taken.map(row => targets.item[row]))
    const items = gatherItems(catalogue, columns.items)
    columns.items.forEach((item, i) => {
      if (hides(item)) items.items[i] = 0
    })
    const correction = new Float32Array(rows.length * items.rows)
    for (let i = 0; i < rows.length; i++) correction.set(columns.correction, i * items.rows)
    viewerOf.forEach((at, i) => (correction[at * items.rows + columns.row[i]] = EXCLUDED))
    return {
      ...viewerFeeds(viewers.gather(rows)),
      ...itemFeeds(items),
      'loss.viewer': viewerOf,
      'loss.row': columns.row,
      'loss.own': columns.own,
      'loss.weight': Float32Array.from(taken, row => targets.weight[row] / meanWeight),
      'loss.correction': correction,
    }
  }
}
