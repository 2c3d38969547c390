import type { Catalogue } from './catalogue.ts'
import { AUTHORS_REMEMBERED, type Minds } from './minds.ts'
import type { Parameters } from './parameters.ts'
import { TOPICS } from './vocabulary.ts'

const HOUR = 3_600_000

/** Boredom with topics and fatigue of authors: both grow with impressions and fade with time. */
export const createSatiation = (
  catalogue: Catalogue,
  { satiation: { topic, forget, recoveryHours, author, authorHours } }: Parameters,
) => {
  const size = TOPICS.length
  return {
    /** Loss of logit for an item shown now: logarithmic in the topic, linear in the author. */
    tiredness: (minds: Minds, user: number, item: number, time: number): number => {
      const { tired, tiredAt, authors, authorAt } = minds
      const recent = tired[user * size + catalogue.topic[item]!]!
      const rest = recent && Math.exp((tiredAt[user]! - time) / (recoveryHours * HOUR))
      const ofTopic = recent && topic * Math.log1p(rest * recent)
      const who = catalogue.author[item]! + 1
      let ofAuthor = 0
      for (let at = user * AUTHORS_REMEMBERED; at < (user + 1) * AUTHORS_REMEMBERED; at++)
        if (authors[at] === who)
          ofAuthor += author * Math.exp((authorAt[at]! - time) / (authorHours * HOUR))
      return ofTopic + ofAuthor
    },

    /** Remembers that the item was shown. */
    shown: (minds: Minds, user: number, item: number, time: number): void => {
      const { tired, tiredAt, authors, authorAt, authorNext } = minds
      const rest = Math.exp((tiredAt[user]! - time) / (recoveryHours * HOUR))
      const from = user * size
      const own = from + catalogue.topic[item]!
      for (let at = from; at < from + size; at++) tired[at]! *= at === own ? rest : rest * forget
      tired[own]! += 1
      tiredAt[user] = time
      const next = user * AUTHORS_REMEMBERED + authorNext[user]!
      authors[next] = catalogue.author[item]! + 1
      authorAt[next] = time
      authorNext[user] = (authorNext[user]! + 1) % AUTHORS_REMEMBERED
    },

    /** What a viewer is tired of, to be put back by the function returned: for looking ahead. */
    remember: (minds: Minds, user: number): (() => void) => {
      const { tired, tiredAt, authors, authorAt, authorNext } = minds
      const ring = user * AUTHORS_REMEMBERED
      const before = {
        tired: tired.slice(user * size, (user + 1) * size),
        authors: authors.slice(ring, ring + AUTHORS_REMEMBERED),
        authorAt: authorAt.slice(ring, ring + AUTHORS_REMEMBERED),
        tiredAt: tiredAt[user]!,
        authorNext: authorNext[user]!,
      }
      return () => {
        tired.set(before.tired, user * size)
        authors.set(before.authors, ring)
        authorAt.set(before.authorAt, ring)
        tiredAt[user] = before.tiredAt
        authorNext[user] = before.authorNext
      }
    },
  }
}

export type Satiation = ReturnType<typeof createSatiation>
