import { CANDIDATE_DENSE, COUNTERS, field } from '@explore/explore'
import { beforeAll, describe, expect, it } from 'vitest'
import { gatherItems } from '../examples/batch.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import { plantedLog, type PlantedLog } from '../examples/planted-log.ts'
import { type Examples, replay } from '../examples/replay.ts'
import { rng } from '../rng.ts'
import { embedder } from '../two-tower/embedder.ts'
import { denseOfItems } from './dense-of-items.ts'
import { distilledQuality, meanValues } from './distilled-quality.ts'
import type { RankedRequest } from './ranked-request.ts'
import { trainFirstStage, type TrainedFirstStage } from './train-first-stage.ts'

const OPTIONS = { seed: 1, dimension: 16, hidden: 32, epochs: 6, batch: 8 } as const

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)

describe('trainFirstStage', () => {
  let log: PlantedLog
  let examples: Examples
  let dense: Float32Array
  let taught: RankedRequest[]
  let held: RankedRequest[]
  let trained: TrainedFirstStage

  beforeAll(async () => {
    log = plantedLog({ users: 200, items: 400, requests: 12 })
    const { catalogue, attributes } = log
    const limits = { seen: 400 }
    examples = await replay({ events: [log.events], catalogue, attributes, limits, requests: 700 })
    dense = denseOfItems(catalogue, examples.counters, examples.end)
    // The teacher values what the viewer likes, and among that the shorter items.
    const random = rng(3)
    const ranked = examples.requests.map(({ viewer, user }) => {
      const items = random.shuffle(Uint32Array.from({ length: 400 }, (_, i) => i)).subarray(0, 250)
      const values = Float32Array.from(
        items,
        item => log.truth(user, item) + 1000 / (1000 + catalogue.durations[item]!),
      )
      return { viewer, items, values }
    })
    taught = ranked.slice(0, 600)
    held = ranked.slice(600)
    trained = await trainFirstStage({ ...examples, dense, requests: taught }, OPTIONS)
  })

  const pselect = async ({ user, items, dimension }: TrainedFirstStage) => {
    const tower = await embedder(user)
    const rows = examples.viewers.gather(held.map(({ viewer }) => viewer))
    const users = await tower.embed(viewerFeeds(rows))
    await tower.release()
    return distilledQuality(held, (request, i) => {
      const query = users.subarray(i * dimension, (i + 1) * dimension)
      return Array.from(request.items, item =>
        dot(query, items.subarray(item * dimension, (item + 1) * dimension)),
      )
    })
  }

  it('keeps what the teacher would choose, where item means and popularity cannot', async () => {
    const { catalogue, counters } = examples
    const means = meanValues(taught, catalogue.size)
    const clicks = field('clicks')
    const first = await pselect(trained)
    const lookUp = distilledQuality(held, ({ items }) => Array.from(items, item => means[item]!))
    const popular = distilledQuality(held, ({ items }) =>
      Array.from(items, item => counters[item * COUNTERS + clicks]!),
    )
    for (const at of ['recall@100@10', 'recall@100@25', 'recall@100@50'] as const) {
      expect(first[at]).toBeGreaterThan(lookUp[at]! + 0.1)
      expect(lookUp[at]).toBeGreaterThan(popular[at]!)
    }
    expect(trained.losses.at(-1)).toBeLessThan(trained.losses[0]!)
  })

  it('caches the rows that the exported item tower gives', async () => {
    const tower = await embedder(trained.item)
    const rows = await tower.embed({
      ...itemFeeds(gatherItems(log.catalogue, [3, 399])),
      'candidate.dense': {
        data: Float32Array.from(
          [3, 399].flatMap(item => [
            ...dense.subarray(item * CANDIDATE_DENSE, (item + 1) * CANDIDATE_DENSE),
          ]),
        ),
        dims: [2, CANDIDATE_DENSE],
      },
    })
    await tower.release()
    expect(rows.subarray(0, 16)).toEqual(trained.items.subarray(3 * 16, 4 * 16))
    expect(rows.subarray(16)).toEqual(trained.items.subarray(399 * 16))
  })

  it('gives the same bytes for the same seed', async () => {
    const input = { ...examples, dense, requests: taught.slice(0, 40) }
    const [a, b] = [await trainFirstStage(input, OPTIONS), await trainFirstStage(input, OPTIONS)]
    expect(Buffer.compare(a.user, b.user)).toBe(0)
    expect(Buffer.compare(a.item, b.item)).toBe(0)
    expect(a.items).toEqual(b.items)
  })

  it('stops when it is told to, and says when there is nothing to rank', async () => {
    const input = { ...examples, dense, requests: taught }
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(trainFirstStage(input, { ...OPTIONS, signal })).rejects.toThrow('enough')
    const alone = [{ viewer: 0, items: Uint32Array.of(1), values: Float32Array.of(1) }]
    await expect(
      trainFirstStage({ ...examples, dense, requests: alone }, OPTIONS),
    ).rejects.toMatchObject({ code: 'TRAIN_DATA' })
  })

  it('learns from one request with two candidates', async () => {
    const two = [{ viewer: 0, items: Uint32Array.of(1, 2), values: Float32Array.of(1, 2) }]
    const { items } = await trainFirstStage({ ...examples, dense, requests: two }, OPTIONS)
    expect(items.every(Number.isFinite)).toBe(true)
    expect(items).toHaveLength(400 * 16)
  })
})
