import { popularity, rng } from '@explore/learn'
import { type Method, sameForAll } from '../scorer.ts'

const DAY = 86_400_000

/** Any item as good as any other: what chance finds. */
export const randomOrder: Method = {
  name: 'random',
  seeded: true,
  fit: async (
    {
      task: {
        data: { catalogue },
      },
    },
    { seed },
  ) => {
    const random = rng(seed).fork('order')
    return {
      each: async ({ users }, visit) => {
        const scores = new Float32Array(catalogue.size)
        for (let query = 0; query < users.length; query++) {
          for (let item = 0; item < scores.length; item++) scores[item] = random.uniform()
          visit(query, scores)
        }
      },
    }
  },
}

/** Training positives per item, each halved for every `halfLifeDays` of its age. */
export const popularityOrder = (name: string, halfLifeDays = Infinity): Method => ({
  name,
  seeded: false,
  fit: async ({ task: { data, train, cut } }) =>
    sameForAll(popularity(train, data.catalogue.size, { now: cut, halfLife: halfLifeDays * DAY })),
})
