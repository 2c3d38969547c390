import { fillViewer, surfaceBucket, viewerFeatures } from '@explore/explore'
import { embedder, scoreBlocks, type TwoTower, viewerFeeds } from '@explore/learn'
import type { Lab, TowerOptions } from '../lab.ts'
import type { Method } from '../scorer.ts'
import type { Queries } from '../task.ts'

const BATCH = 512

/** The query tower's unit vectors [queries, dimension], from viewers as of the task's cut. */
export const embedQueries = async (
  { user: model, dimension }: Pick<TwoTower, 'user' | 'dimension'>,
  { task: { data, cut }, state }: Lab,
  { users }: Queries,
): Promise<Float32Array> => {
  const tower = await embedder(model)
  const folded = state()
  const vectors = new Float32Array(users.length * dimension)
  for (let from = 0; from < users.length; from += BATCH) {
    const part = users.slice(from, from + BATCH)
    const features = viewerFeatures(part.length)
    part.forEach((id, row) => {
      const facts = {
        state: folded.user(id),
        attributes: data.attributes(id),
        surface: surfaceBucket(folded.surface(id)),
        now: cut,
      }
      fillViewer(features, row, facts, data.catalogue)
    })
    vectors.set(await tower.embed(viewerFeeds(features)), from * dimension)
  }
  await tower.release()
  return vectors
}

/** The towers, scored by inner product; `options` make a variant of what the lab trains by default. */
export const twoTowerMethod = (name: string, options: TowerOptions = {}): Method => ({
  name,
  seeded: true,
  fit: async (lab, { seed, onProgress, signal }) => {
    const towers = await lab.towers({ seed, ...options }, onProgress, signal)
    const blocks = await scoreBlocks(towers.vectors, towers.dimension)
    return {
      each: async (queries, visit) => blocks.each(await embedQueries(towers, lab, queries), visit),
      release: blocks.release,
    }
  },
})
