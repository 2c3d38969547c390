import type { Parameters } from './parameters.ts'
import { createQuota } from './quota.ts'
import { normal, normalQuantile, streamOf, uniform } from './rng.ts'
import type { Space } from './space.ts'
import { AGE_RANGES, COUNTRIES, DEVICES, FORMATS, LANGUAGE_OF, pick, TOPICS } from './vocabulary.ts'
import { REACTIONS } from './worth.ts'

const DAY = 86_400_000

/** Traits that are spread evenly over the viewers; reactions take the numbers from the last. */
const TRAIT = {
  leave: 1,
  null: 2,
  newcomer: 3,
  country: 4,
  age: 5,
  device: 6,
  reaction: 7,
} as const

const OF = { joined: 1, first: 2, known: 3, interest: 100, format: 200, place: 300 } as const

/** Clicks on topics of interest that the logging policy remembers of a viewer, per interest. */
const MEAN_CLICKS_BEFORE = 3

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
  const quota = createQuota(streamOf(seed, 'quota'), users)
  const choices = (number: number, table: readonly { readonly share: number }[]) =>
    Uint8Array.from(quota.trait(number), u => pick(table, u))
  const bell = (quantiles: Float64Array) => Float32Array.from(quantiles, normalQuantile)

  const country = choices(TRAIT.country, COUNTRIES)
  const ageRange = choices(TRAIT.age, AGE_RANGES)
  const device = choices(TRAIT.device, DEVICES)

  /** Places of the interests, `dimension` numbers each; groups of viewers share some likings. */
  const tastes = new Float32Array(users * interests * dimension)
  const clicksBefore = new Float64Array(users * TOPICS.length)
  const liking = new Float64Array(TOPICS.length)
  for (let user = 0; user < users; user++) {
    for (let topic = 0; topic < TOPICS.length; topic++)
      liking[topic] =
        1.3 * normal(stream, topic, country[user], OF.interest) +
        1.3 * normal(stream, topic, ageRange[user], OF.interest + 1) -
        Math.log(-Math.log(uniform(stream, user, topic, OF.interest + 2)))
    for (let interest = 0; interest < interests; interest++) {
      const topic = liking.indexOf(Math.max(...liking))
      liking[topic] = -Infinity
      const key = { stream, who: user, purpose: OF.place + interest * dimension }
      space.scatter(tastes, user * interests + interest, topic, key)
      const known = Math.floor(2 * MEAN_CLICKS_BEFORE * uniform(stream, user, interest, OF.known))
      clicksBefore[user * TOPICS.length + topic] = known
    }
  }

  return {
    size: users,
    country,
    ageRange,
    device,
    language: country.map(each => LANGUAGE_OF[each]!),
    tastes,
    /** Clicks per topic from before the history, which its policy remembers. */
    clicksBefore,
    /** Logit offset of each reaction, one column per reaction. */
    traits: REACTIONS.map((reaction, at) => {
      const quantiles = quota.trait(TRAIT.reaction + at)
      const critical = (user: number) =>
        reaction === 'see_less' && quantiles[user]! > 1 - viewers.critics ? viewers.critical : 0
      return bell(quantiles).map((z, user) => reactions[reaction].trait * z + critical(user))
    }),
    /** Preference for each format, a row per viewer; it goes with age and device. */
    formats: Float32Array.from({ length: users * FORMATS.length }, (_, at) => {
      const [user, format] = [Math.floor(at / FORMATS.length), at % FORMATS.length]
      const ofGroup =
        normal(stream, ageRange[user]!, format, OF.format) +
        normal(stream, device[user]!, format, OF.format + 1)
      return 0.5 * ofGroup + 0.7 * normal(stream, user, format, OF.format + 2)
    }),
    /** 0 for null responders, whom nothing on the page moves. */
    responsive: Uint8Array.from(quota.trait(TRAIT.null), u => (u < viewers.null ? 0 : 1)),
    /** Logarithm of the usual days between visits. */
    gap: bell(quota.activity).map(z => Math.log(viewers.gap) - viewers.gapSpread * z),
    /** Logit of leaving after an impression. */
    leave: bell(quota.trait(TRAIT.leave)).map(z => viewers.leave + viewers.leaveSpread * z),
    joinedAt: quota.trait(TRAIT.newcomer).map((quantile, user) => {
      const rank = quantile / viewers.newcomers
      const days =
        rank < 1
          ? historyDays * rank ** 2
          : historyDays + 1000 * uniform(stream, user, 0, OF.joined)
      return Math.floor(now - days * DAY)
    }),
    /** Where in their usual gap between visits the history finds those who joined before it. */
    phase: Float32Array.from({ length: users }, (_, user) => uniform(stream, user, 0, OF.first)),
  }
}
