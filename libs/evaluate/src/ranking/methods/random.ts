import { rng } from '@explore/learn'
import type { RankingMethod } from '../method.ts'

export const random: RankingMethod = {
  name: 'random',
  seeded: true,
  predict: async ({ test }, { seed, labels }) => {
    const chance = rng(seed).fork('random')
    return Object.fromEntries(
      labels.map(label => [label, Float32Array.from(test, () => chance.uniform())]),
    )
  },
}
