import type { Catalogue } from './catalogue.ts'
import type { Minds } from './minds.ts'
import type { Parameters } from './parameters.ts'
import { normal, uniform, type Stream } from './rng.ts'
import { normalise } from './space.ts'
import { TOPICS } from './vocabulary.ts'

const DAY = 86_400_000
const OF = { shock: 1, topic: 2, step: 16, place: 4096 } as const

/**
 * Interests and moods. Interest in an item is a noisy-or over the viewer's interests of a narrow
 * kernel around each, weighed by the mood: several peaks, and no inner product of two vectors.
 */
export const createTaste = (
  catalogue: Catalogue,
  { taste: { interests, width, drift, shock, moodFloor } }: Parameters,
) => {
  const { place, space } = catalogue
  const { dimension } = space
  const step = drift / Math.sqrt(dimension)
  /** Below this cosine the kernel is under 0.2 %. */
  const cut = 1 - 6 * width

  return {
    /** How much the item is of interest in the running visit, in [0, 1]. */
    interest: (minds: Minds, user: number, item: number): number => {
      const { tastes, mood } = minds
      let indifference = 1
      for (let interest = user * interests; interest < (user + 1) * interests; interest++) {
        let cosine = 0
        for (let d = 0; d < dimension; d++)
          cosine += tastes[interest * dimension + d]! * place[item * dimension + d]!
        if (cosine > cut) indifference *= 1 - mood[interest]! * Math.exp((cosine - 1) / width)
      }
      return 1 - indifference
    },

    /** Sets the mood of visit `visit`: which interests are awake, and how much energy there is. */
    enter: (minds: Minds, stream: Stream, user: number, visit: number): void => {
      for (let k = 0; k < interests; k++)
        minds.mood[user * interests + k] =
          moodFloor + (1 - moodFloor) * uniform(stream, user, visit, k)
      minds.energy[user] = 0.8 + 0.4 * uniform(stream, user, visit, interests)
    },

    /**
     * Drifts interests up to the day of `time`: a slow walk every day, sometimes a new interest.
     * Keyed by the day, not by the visit: taste changes alike under every policy.
     */
    drift: (minds: Minds, stream: Stream, user: number, time: number): void => {
      const today = Math.floor(time / DAY)
      const { tastes, tasteDay } = minds
      if (tasteDay[user]! < 0) tasteDay[user] = today
      for (let day = tasteDay[user]! + 1; day <= today; day++)
        for (let k = 0; k < interests; k++) {
          const row = user * interests + k
          const purpose = k * 64
          if (uniform(stream, user, day, purpose + OF.shock) < shock) {
            const topic = uniform(stream, user, day, purpose + OF.topic) * TOPICS.length
            const key = { stream, who: user, purpose: OF.place + day * 64 + purpose }
            space.scatter(tastes, row, Math.floor(topic), key)
            continue
          }
          for (let d = 0; d < dimension; d++)
            tastes[row * dimension + d]! += step * normal(stream, user, day, purpose + OF.step + d)
          normalise(tastes, row * dimension, dimension)
        }
      tasteDay[user] = Math.max(today, tasteDay[user]!)
    },
  }
}

export type Taste = ReturnType<typeof createTaste>
