import { createAuthors } from './authors.ts'
import type { Parameters } from './parameters.ts'
import { normal, streamOf, uniform } from './rng.ts'
import { createSpace, type Space } from './space.ts'
import { FORMATS, LANGUAGE_OF, pick, REEL, SONGS, TOPICS } from './vocabulary.ts'

const DAY = 86_400_000

const OF = {
  age: 1,
  author: 2,
  own: 3,
  topic: 4,
  label: 5,
  wrong: 6,
  quality: 7,
  bait: 8,
  viral: 9,
  viralAt: 10,
  viralSize: 11,
  format: 12,
  duration: 13,
  song: 14,
  life: 15,
  risk: 16,
  unfit: 17,
  reach: 18,
  second: 19,
  place: 32,
} as const

/** All items of the history and of the days after it, in order of upload, as columns. */
export type Catalogue = ReturnType<typeof createCatalogue>

/**
 * Draws the items: `items` that were uploaded until `now`, and as many more as `horizonDays` bring
 * at the same rate. Ages are exponential, that is, uploads are steady and old items fade.
 */
export const createCatalogue = (
  seed: number,
  { items, horizonDays, now }: { items: number; horizonDays: number; now: number },
  { catalogue: settings, taste, logging }: Parameters,
) => {
  const { meanAge, meanLife, authorShare } = settings
  const size = items + Math.round((items / meanAge) * horizonDays)
  const stream = streamOf(seed, 'items')
  const space: Space = createSpace(streamOf(seed, 'space'), taste)
  const authors = createAuthors(
    streamOf(seed, 'authors'),
    Math.ceil(items / settings.itemsPerAuthor),
  )
  const columns = {
    /** Place in the latent space: `dimension` numbers per item. */
    place: new Float32Array(size * taste.dimension),
    /** Mean 0 and variance 1, in part the author's; duds are worse than hits are good. */
    quality: new Float32Array(size),
    /** Standard normal, in part the author's. */
    bait: new Float32Array(size),
    topic: new Uint8Array(size),
    /** What the owner declares: a topic that is sometimes wrong, and a second one or the same. */
    label: new Uint8Array(size),
    second: new Uint8Array(size),
    author: new Uint32Array(size),
    createdAt: new Float64Array(size),
    /** When the owner takes it down. */
    removedAt: new Float64Array(size),
    viralAt: new Float64Array(size).fill(Infinity),
    viralSize: new Float32Array(size),
    format: new Uint8Array(size),
    language: new Uint8Array(size),
    song: new Uint16Array(size),
    songAppeal: new Float32Array(size),
    /** 0 where the format has none. */
    durationMs: new Float64Array(size),
    risk: new Float32Array(size),
    recommendable: new Uint8Array(size),
    /** Popularity from before the history, in clicks. */
    reach: new Float32Array(size),
  }

  for (let item = 0; item < size; item++) {
    const draw = (purpose: number) => uniform(stream, item, 0, purpose)
    const gauss = (purpose: number) => normal(stream, item, 0, purpose)
    const fromAuthor = (prior: number, purpose: number) =>
      Math.sqrt(authorShare) * prior + Math.sqrt(1 - authorShare) * gauss(purpose)
    const anyTopic = (purpose: number) => Math.floor(draw(purpose) * TOPICS.length)

    const author = authors.byUpload(draw(OF.author))
    const topic = draw(OF.own) < 0.8 ? authors.topic[author]! : anyTopic(OF.topic)
    const label = draw(OF.wrong) < settings.mislabelled ? anyTopic(OF.label) : topic
    const part = (item + draw(OF.age)) / items
    const daysAfterNow = meanAge * (part < 1 ? Math.log(part) : part - 1)
    const createdAt = Math.floor(now + daysAfterNow * DAY)
    const quality = skewed(fromAuthor(authors.quality[author]!, OF.quality))
    const bait = fromAuthor(authors.bait[author]!, OF.bait)
    const format = pick(FORMATS, draw(OF.format))
    const song = Math.floor(SONGS ** draw(OF.song))

    space.scatter(columns.place, item, topic, { stream, who: item, purpose: OF.place })
    columns.quality[item] = quality
    columns.bait[item] = bait
    columns.topic[item] = topic
    columns.label[item] = label
    columns.second[item] = draw(OF.second) < 0.4 ? authors.second[author]! : label
    columns.author[item] = author
    columns.createdAt[item] = createdAt
    columns.removedAt[item] = Math.floor(createdAt - Math.log(draw(OF.life)) * meanLife * DAY)
    if (draw(OF.viral) < settings.viral) {
      columns.viralAt[item] = createdAt + draw(OF.viralAt) * 2 * DAY
      columns.viralSize[item] = 0.5 + draw(OF.viralSize)
    }
    columns.format[item] = format
    columns.language[item] = LANGUAGE_OF[authors.country[author]!]!
    columns.song[item] = song
    columns.songAppeal[item] = normal(stream, -1 - song, 0, OF.song)
    columns.durationMs[item] =
      format === REEL ? Math.round(18_000 * Math.exp(0.6 * gauss(OF.duration))) : 0
    columns.risk[item] = draw(OF.risk) ** 40
    columns.recommendable[item] = draw(OF.unfit) < 0.02 ? 0 : 1
    columns.reach[item] = Math.exp(
      logging.reachSpread * (0.6 * authors.reach[author]! + 0.8 * gauss(OF.reach)),
    )
  }

  const { createdAt, removedAt, recommendable } = columns
  return {
    size,
    ...columns,
    space,
    /** How many items exist at `time`: they are the first so many. */
    existing: (time: number): number => {
      let [low, high] = [0, size]
      while (low < high) {
        const middle = (low + high) >> 1
        if (createdAt[middle]! <= time) low = middle + 1
        else high = middle
      }
      return low
    },
    /** Whether a policy may show the item at `time`. */
    servable: (item: number, time: number): boolean =>
      createdAt[item]! <= time && time < removedAt[item]! && recommendable[item] === 1,
  }
}

/**
 * A standard normal bent to a long left tail (a mirrored log-normal), again of mean 0 and variance
 * 1, and below 1.3: no item pleases everybody, but some please nobody.
 */
const skewed = (z: number): number =>
  (Math.exp(SKEW ** 2 / 2) - Math.exp(-SKEW * z)) /
  Math.sqrt(Math.expm1(SKEW ** 2) * Math.exp(SKEW ** 2))

const SKEW = 0.7
