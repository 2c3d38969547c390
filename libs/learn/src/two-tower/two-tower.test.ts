import { HISTORY, viewerFeatures, VIEWER_DENSE } from '@explore/explore'
import { expect, it } from 'vitest'
import { gatherItems } from '../examples/batch.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import { plantedLog } from '../examples/planted-log.ts'
import { exportModel } from '../graph/export-model.ts'
import { readSignature } from '../onnx/read-signature.ts'
import { program } from '../program.ts'
import { rng } from '../rng.ts'
import { embedder } from './embedder.ts'
import { twoTower } from './two-tower.ts'

const towers = () =>
  twoTower(
    {
      items: 240,
      dimension: 8,
      hidden: 12,
      temperature: 0.05,
      scale: {
        mean: new Float32Array(VIEWER_DENSE),
        deviation: new Float32Array(VIEWER_DENSE).fill(1),
      },
    },
    rng(1),
  )

/** Viewers with `entries` history entries: item 3, 4, … of author bucket 5 and topic bucket 6. */
const viewers = (...entries: readonly number[]) => {
  const features = viewerFeatures(entries.length)
  entries.forEach((count, row) => {
    for (let i = 0; i < count; i++) {
      const at = row * HISTORY + i
      features.historyItems[at] = 4 + i
      features.historyAuthors[at] = 5
      features.historyTopics[at] = 6
      features.historyKinds[at] = 1 + (i % 3)
      features.historyAges[at] = 1 + i
    }
  })
  return features
}

it('exports models that give what training computes, bit for bit', async () => {
  const { g, user, item } = towers()
  const { catalogue } = plantedLog()
  const training = await program(g, { user, item })
  const given = { ...viewerFeeds(viewers(0, 3)), ...itemFeeds(gatherItems(catalogue, [7, 9, 239])) }
  const forward = await training.run(given)
  await training.release()
  for (const [name, tensor] of [
    ['user', user],
    ['item', item],
  ] as const) {
    const model = await embedder(exportModel(g, { embedding: tensor }))
    expect(await model.embed(given)).toEqual(forward[name].data)
    await model.release()
  }
})

it('has the signature of the bundle format', () => {
  const { g, user, item } = towers()
  const names = (model: Uint8Array) => readSignature(model).inputs.map(({ name }) => name)
  expect(names(exportModel(g, { embedding: user })).every(name => name.startsWith('viewer.'))).toBe(
    true,
  )
  expect(names(exportModel(g, { embedding: item })).sort()).toEqual([
    'item.attributes',
    'item.authors',
    'item.durations',
    'item.items',
    'item.topics',
  ])
})

it('reads the history as a weighted mean: padding says nothing, an unknown item its author', async () => {
  const { g, user } = towers()
  const model = await embedder(exportModel(g, { embedding: user }))
  const embed = (features: ReturnType<typeof viewers>) => model.embed(viewerFeeds(features))

  const padded = viewers(2)
  padded.historyAuthors.fill(99, 2)
  padded.historyKinds.fill(3, 2)
  expect(await embed(padded)).toEqual(await embed(viewers(2)))

  const unknown = viewers(1)
  unknown.historyItems.fill(0)
  const stranger = viewers(1)
  stranger.historyItems.fill(0)
  stranger.historyAuthors[0] = 77
  expect(await embed(unknown)).not.toEqual(await embed(stranger))
  expect((await embed(viewers(0))).every(Number.isFinite)).toBe(true)
  await model.release()
})
