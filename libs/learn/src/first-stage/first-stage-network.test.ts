import { CANDIDATE_DENSE, VIEWER_DENSE, viewerFeatures } from '@explore/explore'
import { expect, it } from 'vitest'
import { gatherItems } from '../examples/batch.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import { plantedLog } from '../examples/planted-log.ts'
import { exportModel } from '../graph/export-model.ts'
import { program } from '../program.ts'
import { rng } from '../rng.ts'
import { embedder } from '../two-tower/embedder.ts'
import { firstStageNetwork } from './first-stage-network.ts'

const DIMENSION = 10
const plain = (width: number) => ({
  mean: new Float32Array(width),
  deviation: new Float32Array(width).fill(1),
})

it('scores by one dot product of what the exported towers give, biases included', async () => {
  const { g, user, item, loss } = firstStageNetwork(
    {
      items: 240,
      dimension: DIMENSION,
      hidden: 12,
      scales: { viewer: plain(VIEWER_DENSE), dense: plain(CANDIDATE_DENSE) },
    },
    rng(2),
  )
  const { catalogue } = plantedLog()
  const viewers = viewerFeatures(2)
  viewers.dense.forEach((_, i) => (viewers.dense[i] = (i % 5) - 2))
  const dense = Float32Array.from({ length: 3 * CANDIDATE_DENSE }, (_, i) => (i % 7) - 3)
  const given = {
    ...viewerFeeds(viewers),
    ...itemFeeds(gatherItems(catalogue, [4, 8, 9])),
    'candidate.dense': { data: dense, dims: [3, CANDIDATE_DENSE] },
  }
  const viewerOf = Int32Array.of(0, 1, 1)
  const labels = Float32Array.of(1, 0, 1)
  const training = await program(g, { loss })
  const { loss: trained } = await training.run({
    ...given,
    'candidate.viewer': viewerOf,
    'loss.label': labels,
  })
  await training.release()

  const embed = async (tensor: typeof user): Promise<Float32Array> => {
    const model = await embedder(exportModel(g, { embedding: tensor }))
    const rows = await model.embed(given)
    await model.release()
    return rows
  }
  const users = await embed(user)
  const items = await embed(item)
  expect(users).toHaveLength(2 * DIMENSION)
  expect([users[DIMENSION - 1], items[DIMENSION - 2]]).toEqual([1, 1])
  const entropy = [0, 1, 2].map(row => {
    let logit = 0
    for (let i = 0; i < DIMENSION; i++) {
      logit += users[viewerOf[row]! * DIMENSION + i]! * items[row * DIMENSION + i]!
    }
    return Math.log1p(Math.exp(logit)) - labels[row]! * logit
  })
  expect(trained.data[0]).toBeCloseTo(entropy.reduce((a, b) => a + b) / 3, 5)
})
