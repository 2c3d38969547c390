import { gatherItems } from '../examples/batch.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import type { Tensor } from '../graph/types.ts'
import type { Trainer } from '../trainer.ts'
import { inBatches } from './in-batches.ts'
import type { RetrievalExamples } from './retrieval-examples.ts'
import { type QualityAt, qualityOfVectors, type RetrievalQueries } from './retrieval-quality.ts'

/** Measures towers in training by ranking the whole catalogue for every query; {} without queries. */
export const judgeTowers = (
  training: Trainer<never>,
  { user, item }: { readonly user: Tensor; readonly item: Tensor },
  { catalogue, viewers }: Pick<RetrievalExamples, 'catalogue' | 'viewers'>,
  queries: RetrievalQueries,
): ((cuts?: readonly number[]) => Promise<QualityAt>) => {
  const dimension = Number(item.shape[1])
  const queryFeeds = viewerFeeds(viewers.gather(queries.viewer))
  return async cuts => {
    if (queries.length === 0) return {}
    const vectors = await inBatches(catalogue.size, dimension, async ordinals => {
      const feeds = itemFeeds(gatherItems(catalogue, ordinals))
      const { embedding } = await training.evaluate({ embedding: item }, feeds)
      return embedding.data as Float32Array
    })
    const { embedding } = await training.evaluate({ embedding: user }, queryFeeds)
    return qualityOfVectors(queries, embedding.data as Float32Array, vectors, dimension, cuts)
  }
}
