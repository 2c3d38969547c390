import {
  type Catalogue,
  mixer,
  NO_ITEM,
  type Retriever,
  type Settings,
  sources,
  type SourceName,
  viewerOf,
  writeLongTermLists,
  writePopularLists,
} from '@explore/explore'
import { embedder, type Neighbours, type TwoTower, viewerFeeds } from '@explore/learn'
import { type Found, top } from '@explore/pipeline'
import type { Method } from '../scorer.ts'

type ServedRetriever = Pick<Retriever, 'embed' | 'search' | 'neighbours'>

/**
 * What the funnel retrieves: the served sources over the state at the cut, mixed as served. With `only`, one
 * source's list, as long as the mix.
 */
export const servedSources = (name: string, settings: Settings, only?: SourceName): Method => ({
  name,
  seeded: true,
  fit: async (lab, { seed, onProgress, signal }) => {
    const { data, cut } = lab.task
    const { catalogue, users } = data
    const towers = await lab.towers({ seed }, onProgress, signal)
    const { retriever, release } = await exactRetriever(
      towers,
      await lab.neighbours(towers, signal),
      catalogue,
    )
    const folded = lab.state()
    const stores = {
      state: folded.store,
      catalogue,
      profiles: { user: (id: string) => users.get(id) },
      retriever,
    }
    await writePopularLists(stores, settings, cut)
    if (only === undefined || only === 'long-term') await writeLongTermLists(stores, cut)
    // The sources ask no more of it.
    const bundle = { retriever: retriever as Retriever }
    const served = sources({ state: folded.store, catalogue, bundle }, settings).filter(
      source => only === undefined || source.name === only,
    )
    const names = served.map(source => source.name)
    const { shares, mix } = mixer(catalogue, settings)
    return {
      release,
      each: async (queries, visit) => {
        const scores = new Float32Array(catalogue.size)
        for (const [query, id] of queries.users.entries()) {
          const viewer = viewerOf(
            {
              id,
              state: folded.user(id),
              user: users.get(id),
              surface: folded.surface(id),
              now: cut,
            },
            catalogue,
            settings,
          )
          const wants = shares(names, viewer)
          const context = { now: cut, seed: `${seed} ${id}`, signal }
          const found = await Promise.all(
            served.map((source, i) =>
              source.find(
                viewer,
                only === undefined ? wants[i]! : settings['width.candidates'],
                context,
              ),
            ),
          )
          const { items } = only === undefined ? mix(found, names, viewer) : found[0]!
          scores.fill(-Infinity)
          items.forEach((item, rank) => (scores[item] = -rank))
          visit(query, scores)
        }
      },
    }
  },
})

/** Serves towers and lists as a bundle does, by exact search. */
const exactRetriever = async (
  { user, vectors, dimension }: TwoTower,
  { items, scores, width }: Neighbours,
  catalogue: Catalogue,
): Promise<{ readonly retriever: ServedRetriever; readonly release: () => Promise<void> }> => {
  const tower = await embedder(user)
  const products = new Float32Array(catalogue.size)
  return {
    release: tower.release,
    retriever: {
      embed: viewers => tower.embed(viewerFeeds(viewers)),
      search: (query, k) => {
        for (let item = 0; item < products.length; item++) {
          let sum = 0
          if (!catalogue.servable(item)) sum = -Infinity
          else for (let i = 0; i < dimension; i++) sum += query[i]! * vectors[item * dimension + i]!
          products[item] = sum
        }
        const best = top(products, k).filter(item => products[item]! > -Infinity)
        return { items: best, scores: Float32Array.from(best, item => products[item]!) }
      },
      neighbours: (item, k): Found => {
        const list = items.subarray(item * width, (item + 1) * width)
        const end = list.indexOf(NO_ITEM)
        const length = Math.min(k, end < 0 ? width : end)
        return {
          items: list.subarray(0, length),
          scores: scores.subarray(item * width, item * width + length),
        }
      },
    },
  }
}
