import { attributeBuckets, CANDIDATE_DENSE, type Catalogue, VIEWER_DENSE } from '@explore/explore'
import type { Feeds } from '../bind-feed.ts'
import { gatherItems, rankingBatch } from '../examples/batch.ts'
import { LABELS } from '../examples/labels.ts'
import { itemCounts } from '../examples/item-counts.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import { plantedLog } from '../examples/planted-log.ts'
import { type Examples, replay } from '../examples/replay.ts'
import { firstStageNetwork } from '../first-stage/first-stage-network.ts'
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import { rng } from '../rng.ts'
import { feedsOf } from '../second-stage/feeds.ts'
import { countLabels, planHeads } from '../second-stage/heads.ts'
import { network } from '../second-stage/network.ts'
import { scalesOf } from '../second-stage/scales-of.ts'
import { SECOND_STAGE_SIZES } from '../second-stage/sizes.ts'
import { scaleOf } from '../second-stage/standardise.ts'
import { TARGET_WEIGHTS, targetsOf } from '../two-tower/retrieval-examples.ts'
import { retrievalFeeds } from '../two-tower/retrieval-feeds.ts'
import { columnSampler } from '../two-tower/sample-columns.ts'
import { twoTower } from '../two-tower/two-tower.ts'
import { viewerBatches } from '../two-tower/viewer-batches.ts'

/** A model in small, with what its first steps are fed. */
export interface SmallModel {
  readonly g: Graph
  readonly loss: Tensor
  readonly steps: readonly Feeds[]
}

const STEPS = 3
const ROWS = 24

const planted = async (): Promise<Examples> => {
  const { catalogue, events } = plantedLog({ users: 40, items: 60, requests: 6 })
  return replay({
    events: [events],
    catalogue,
    attributes: () => attributeBuckets({ id: 'u', attributes: { country: 'NL' } }),
    limits: { seen: 100 },
  })
}

/** Every model of a bundle, made anew by each call: the same graph, parameters and feeds. */
export const SMALL_MODELS: Readonly<Record<string, () => Promise<SmallModel>>> = {
  'two-tower': async () => {
    const examples = await planted()
    const { catalogue, viewers } = examples
    const targets = targetsOf(examples.positives, TARGET_WEIGHTS)
    const random = rng(11)
    const { g, loss } = twoTower(
      {
        items: catalogue.size,
        dimension: 8,
        hidden: 12,
        temperature: 0.05,
        scale: scaleOf(viewers.gather(targets.viewer).dense, VIEWER_DENSE),
      },
      random,
    )
    const feeds = retrievalFeeds(examples, targets, {
      sample: columnSampler({
        counts: itemCounts(targets.item, catalogue.size),
        pool: allItems(catalogue),
        uniform: 1,
        logQ: true,
        random,
      }),
      hides: () => random.uniform() < 0.3,
    })
    const batches = viewerBatches(targets.viewer, ROWS)(random)
    return { g, loss, steps: batches.slice(0, STEPS).map(feeds) }
  },

  'second-stage': async () => {
    const examples = await planted()
    const { ranking } = examples
    const all = allRows(ranking.length)
    const heads = planHeads(countLabels(ranking.labels, all))
    const { g, loss } = network({
      items: examples.catalogue.size,
      heads,
      widths: SECOND_STAGE_SIZES.small,
      scales: scalesOf(examples, all),
      random: rng(12),
    })
    const steps = Array.from({ length: STEPS }, (_, i) =>
      feedsOf(rankingBatch(examples, all.subarray(i * ROWS, (i + 1) * ROWS)), heads),
    )
    return { g, loss, steps }
  },

  'first-stage': async () => {
    const { catalogue, viewers, ranking } = await planted()
    const random = rng(13)
    const { g, loss } = firstStageNetwork(
      {
        items: catalogue.size,
        dimension: 8,
        hidden: 12,
        scales: {
          viewer: scaleOf(viewers.gather(ranking.viewer).dense, VIEWER_DENSE),
          dense: scaleOf(ranking.dense, CANDIDATE_DENSE),
        },
      },
      random,
    )
    const steps = Array.from({ length: STEPS }, (_, step): Feeds => {
      const rows = allRows(ranking.length).subarray(step * ROWS, (step + 1) * ROWS)
      const dense = rows.length * CANDIDATE_DENSE
      return {
        ...viewerFeeds(viewers.gather(rows.map(row => ranking.viewer[row]))),
        ...itemFeeds(
          gatherItems(
            catalogue,
            rows.map(row => ranking.item[row]),
          ),
        ),
        'candidate.dense': ranking.dense.slice(rows[0] * CANDIDATE_DENSE).subarray(0, dense),
        'candidate.viewer': Int32Array.from(rows.keys()).reverse(),
        'loss.label': Float32Array.from(rows, row => ranking.labels[row * LABELS.length]),
      }
    })
    return { g, loss, steps }
  },
}

const allRows = (length: number): Uint32Array => Uint32Array.from({ length }, (_, row) => row)

const allItems = ({ size }: Catalogue): Uint32Array => allRows(size)
