import { REACTIONS, type Parameters } from './parameters.ts'
import { normal, normalQuantile, quota, streamOf, uniform } from './rng.ts'
import type { Space } from './space.ts'
import { AGE_RANGES, COUNTRIES, DEVICES, FORMATS, LANGUAGE_OF, pick, TOPICS } from './vocabulary.ts'

const DAY = 86_400_000

/** Dimensions of the quota sample: traits that must be spread evenly over the viewers. */
const TRAIT = { gap: 0, leave: 1, null: 2, newcomer: 3, country: 4, age: 5, device: 6, reaction: 7 }

const OF = { joined: 1, first: 2, interest: 100, format: 200, place: 300 } as const

/** The viewers' lasting latents, as columns. */
export type Population = ReturnType<typeof createPopulation>

/** Draws the viewers as they are when the history starts, `historyDays` before `now`. */
export const createPopulation = (
  seed: number,
  { users, historyDays, now }: { users: number; historyDays: number; now: number },
  space: Space,
  parameters: Parameters,
) => {
  const { viewers, reactions } = parameters
  const { interests, dimension } = parameters.taste
  const stream = streamOf(seed, 'viewers')
  const column = (value: (user: number) => number) =>
    Float32Array.from({ length: users }, (_, user) => value(user))
  const bytes = (value: (user: number) => number) =>
    Uint8Array.from({ length: users }, (_, user) => value(user))
  const trait = (dimension: number) => (user: number) => quota(stream, user, dimension)
  const bell = (dimension: number) => (user: number) => normalQuantile(quota(stream, user, dimension))

  const country = bytes(user => pick(COUNTRIES, trait(TRAIT.country)(user)))
  const ageRange = bytes(user => pick(AGE_RANGES, trait(TRAIT.age)(user)))
  const device = bytes(user => pick(DEVICES, trait(TRAIT.device)(user)))

  /** Places of the interests, `dimension` numbers each; groups of viewers share some likings. */
  const tastes = new Float32Array(users * interests * dimension)
  const liking = new Float64Array(TOPICS.length)
  for (let user = 0; user < users; user++) {
    for (let topic = 0; topic < TOPICS.length; topic++)
      liking[topic] =
        normal(stream, topic, country[user], OF.interest) +
        normal(stream, topic, ageRange[user], OF.interest + 1) -
        Math.log(-Math.log(uniform(stream, user, topic, OF.interest + 2)))
    for (let interest = 0; interest < interests; interest++) {
      const topic = liking.indexOf(Math.max(...liking))
      liking[topic] = -Infinity
      const key = { stream, who: user, purpose: OF.place + interest * dimension }
      space.scatter(tastes, user * interests + interest, topic, key)
    }
  }

  return {
    size: users,
    country,
    ageRange,
    device,
    language: bytes(user => LANGUAGE_OF[country[user]!]!),
    tastes,
    /** Logit offset of each reaction, one column per reaction. */
    traits: REACTIONS.map((reaction, at) =>
      column(user => reactions[reaction].trait * bell(TRAIT.reaction + at)(user)),
    ),
    /** Preference for each format, a row per viewer; it goes with age and device. */
    formats: Float32Array.from({ length: users * FORMATS.length }, (_, at) => {
      const [user, format] = [Math.floor(at / FORMATS.length), at % FORMATS.length]
      const ofGroup =
        normal(stream, ageRange[user]!, format, OF.format) +
        normal(stream, device[user]!, format, OF.format + 1)
      return 0.5 * ofGroup + 0.7 * normal(stream, user, format, OF.format + 2)
    }),
    /** 0 for null responders, whom nothing on the page moves. */
    responsive: bytes(user => (trait(TRAIT.null)(user) < viewers.null ? 0 : 1)),
    /** Logarithm of the usual days between visits. */
    gap: column(user => Math.log(viewers.gap) + viewers.gapSpread * bell(TRAIT.gap)(user)),
    /** Logit of leaving after an impression. */
    leave: column(user => viewers.leave + viewers.leaveSpread * bell(TRAIT.leave)(user)),
    joinedAt: Float64Array.from({ length: users }, (_, user) => {
      const rank = trait(TRAIT.newcomer)(user) / viewers.newcomers
      const days =
        rank < 1
          ? historyDays * rank ** 2
          : historyDays + 1000 * uniform(stream, user, 0, OF.joined)
      return Math.floor(now - days * DAY)
    }),
    /** Where in their usual gap between visits the history finds those who joined before it. */
    phase: column(user => uniform(stream, user, 0, OF.first)),
  }
}
