import { beforeAll, describe, expect, it } from 'vitest'
import { gatherItems } from '../examples/batch.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import { embedder } from './embedder.ts'
import { plantedTaste, type PlantedTaste } from './planted-taste.ts'
import { popularity } from './popularity.ts'
import { qualityOfOrder } from './retrieval-quality.ts'
import { trainTwoTower, type TwoTower } from './train-two-tower.ts'

const OPTIONS = { seed: 1, weights: { click: 1 }, dimension: 16, hidden: 32, batch: 64 } as const

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)

describe('trainTwoTower', () => {
  let planted: PlantedTaste
  let trained: TwoTower
  beforeAll(async () => {
    planted = await plantedTaste({ cold: 30 })
    trained = await trainTwoTower(planted.examples, OPTIONS)
  })
  const vector = (item: number): Float32Array => trained.vectors.subarray(item * 16, item * 16 + 16)

  it('finds what a viewer clicks next, where popularity knows no taste', () => {
    const { positives, catalogue } = planted.examples
    const popular = qualityOfOrder(
      trained.queries,
      popularity(positives, catalogue.size, { now: trained.validFrom }),
    )
    expect(trained.queries.length).toBeGreaterThan(50)
    expect(trained.quality['recall@50']).toBeGreaterThan(0.9)
    expect(popular['recall@50']).toBeLessThan(0.8)
    expect(trained.passes[trained.epoch - 1]!['recall@100']).toBe(trained.quality['recall@100'])
  })

  it('ranks popular items where they belong thanks to the logQ correction', async () => {
    const { examples } = await plantedTaste({ users: 500, clicks: 5 })
    const ndcg = async (logQ: boolean): Promise<number> =>
      (await trainTwoTower(examples, { ...OPTIONS, uniform: 0, logQ })).quality['ndcg@50'] ?? 0
    expect(await ndcg(true)).toBeGreaterThan((await ndcg(false)) + 0.1)
  })

  it('embeds an item that nobody clicked by its content', () => {
    const { warm, tasteOf } = planted
    const mean = (taste: number): Float32Array => {
      const sum = new Float32Array(16)
      for (let item = 0; item < warm; item++) {
        if (tasteOf[item] === taste) vector(item).forEach((x, i) => (sum[i]! += x))
      }
      return sum
    }
    const means = [0, 1, 2, 3, 4, 5].map(mean)
    for (let item = warm; item < tasteOf.length; item++) {
      const likeness = means.map(taste => dot(vector(item), taste))
      expect(likeness.indexOf(Math.max(...likeness))).toBe(tasteOf[item])
    }
  })

  it('embeds an item that came after the training by its content', async () => {
    const { catalogue } = planted
    const tower = await embedder(trained.item)
    const items = gatherItems(catalogue, [0, 1, 2])
    items.items.fill(0)
    const rows = await tower.embed(itemFeeds(items))
    await tower.release()
    for (const item of [0, 1, 2]) {
      const row = rows.subarray(item * 16, item * 16 + 16)
      expect(dot(row, row)).toBeCloseTo(1, 5)
      const likeness = [0, 1, 2].map(other => dot(row, vector(other)))
      expect(likeness.indexOf(Math.max(...likeness))).toBe(item)
    }
  })

  it('exports vectors that the exported towers give, all of unit length', async () => {
    const { viewers, catalogue } = planted.examples
    const tower = await embedder(trained.item)
    const some = await tower.embed(itemFeeds(gatherItems(catalogue, [5, 250])))
    await tower.release()
    expect(some.subarray(0, 16)).toEqual(vector(5))
    expect(some.subarray(16)).toEqual(vector(250))
    const user = await embedder(trained.user)
    const query = await user.embed(viewerFeeds(viewers.gather([0])))
    await user.release()
    expect(dot(query, query)).toBeCloseTo(1, 5)
  })

  it('gives the same bytes for the same seed', async () => {
    const again = await trainTwoTower(planted.examples, { ...OPTIONS, epochs: 1 })
    const first = await trainTwoTower(planted.examples, { ...OPTIONS, epochs: 1 })
    const other = await trainTwoTower(planted.examples, { ...OPTIONS, epochs: 1, seed: 2 })
    expect(Buffer.compare(again.user, first.user)).toBe(0)
    expect(Buffer.compare(again.item, first.item)).toBe(0)
    expect(again.vectors).toEqual(first.vectors)
    expect(other.vectors).not.toEqual(first.vectors)
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const onProgress = (fraction: number) => fraction > 0.3 && stop.abort(new Error('enough'))
    const stopped = trainTwoTower(planted.examples, { ...OPTIONS, onProgress, signal: stop.signal })
    await expect(stopped).rejects.toThrow('enough')
  })
})

describe('trainTwoTower on next to nothing', () => {
  it('embeds one user’s one click', async () => {
    const { examples } = await plantedTaste({ users: 1, items: 1, clicks: 1 })
    const { vectors, quality, epoch } = await trainTwoTower(examples, OPTIONS)
    expect(dot(vectors, vectors)).toBeCloseTo(1, 5)
    expect(quality).toEqual({})
    expect(epoch).toBe(3)
  })

  it('says what is missing in a log without engagements', async () => {
    const { examples } = await plantedTaste({ users: 1, items: 1, clicks: 0 })
    await expect(trainTwoTower(examples, OPTIONS)).rejects.toMatchObject({ code: 'TRAIN_DATA' })
  })
})
