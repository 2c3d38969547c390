import type { Item, User } from '@explore/explore'
import type { Catalogue } from './catalogue.ts'
import type { Population } from './population.ts'
import { AGE_RANGES, COUNTRIES, DEVICES, FORMATS, LANGUAGES, TOPICS } from './vocabulary.ts'

/** Items are numbered in order of upload. */
export const itemId = (item: number): string => `m${item}`
export const userId = (user: number): string => `u${user}`
export const authorId = (author: number): string => `a${author}`

/** The number in an id of this world; NaN for any other string. */
export const numberOf = (id: string): number =>
  /^[mua](0|[1-9]\d{0,8})$/.test(id) ? Number(id.slice(1)) : NaN

/** All that the outside may know of an item at `time`. */
export const describeItem = (catalogue: Catalogue, item: number, time: number): Item => {
  const labels = new Set([catalogue.label[item]!, catalogue.second[item]!])
  const durationMs = catalogue.durationMs[item]!
  const risk = catalogue.risk[item]!
  return {
    id: itemId(item),
    author: authorId(catalogue.author[item]!),
    topics: [...labels].map(label => TOPICS[label]!),
    createdAt: catalogue.createdAt[item]!,
    ...(durationMs > 0 && { durationMs }),
    attributes: {
      format: FORMATS[catalogue.format[item]!]!.name,
      language: LANGUAGES[catalogue.language[item]!]!,
      music: `song-${catalogue.song[item]!}`,
    },
    ...(catalogue.removedAt[item]! <= time && { hidden: true }),
    ...(catalogue.recommendable[item] === 0 && { recommendable: false }),
    ...(risk >= 0.01 && { integrityRisk: Number(risk.toFixed(3)) }),
  }
}

/** All that the outside may know of a viewer. */
export const describeUser = (population: Population, user: number): User => {
  const country = COUNTRIES[population.country[user]!]!
  return {
    id: userId(user),
    createdAt: population.joinedAt[user]!,
    attributes: {
      country: country.code,
      language: country.language,
      ageRange: AGE_RANGES[population.ageRange[user]!]!.name,
      device: DEVICES[population.device[user]!]!.name,
    },
  }
}
