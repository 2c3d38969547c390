import type { Catalogue } from './catalogue.ts'
import type { Minds } from './minds.ts'
import type { Parameters } from './parameters.ts'
import type { Population } from './population.ts'
import type { Satiation } from './satiation.ts'
import type { Taste } from './taste.ts'
import { FORMATS, SURFACES } from './vocabulary.ts'
import { REACTIONS, WORTH } from './worth.ts'

const DAY = 86_400_000
const CLICK = REACTIONS.indexOf('click')
const REPORT = REACTIONS.indexOf('report')
const SEE_LESS = REACTIONS.indexOf('see_less')
/** What pulls a null responder, whatever is shown. */
const NULL_PULL = 0.1

/** A viewer asks for a page. */
export interface Request {
  readonly user: number
  readonly time: number
  /** Number of the viewer's visit, from 0, and of the page in it. */
  readonly visit: number
  readonly page: number
  /** Index in `SURFACES`. */
  readonly surface: number
}

export type Response = ReturnType<typeof createResponse>

/**
 * How a viewer responds: interest × quality × mood pulls; bait, format, language, song, virality
 * and age shift the click; every reaction has its own mixture of the same latents. Null responders
 * answer every item as if it were the same. `read` reads an impression, the others tell of it.
 */
export const createResponse = (
  { catalogue, population, taste, satiation }: Laws,
  { attention, click, reactions, hideAuthor, catalogue: { viralHalfLife } }: Parameters,
) => {
  const table = REACTIONS.map(reaction => reactions[reaction])
  const gates = table.map(row => Math.exp(row.unopened))
  const worth = REACTIONS.map(reaction => WORTH[reaction])
  worth[SEE_LESS]! += hideAuthor * WORTH.hide_author
  const lifts = catalogue.quality.map(quality => 2 * logistic(0.8 * quality))
  const read = { user: 0, quality: 0, bait: 0, pull: 0, tired: 0, click: 0, risk: 0 }

  /** What draws any viewer to the item at `time`: virality less age. */
  const appeal = (item: number, time: number): number => {
    const days = Math.max(0, time - catalogue.createdAt[item]!) / DAY
    const viralDays = (time - catalogue.viralAt[item]!) / DAY
    const viral = viralDays < 0 ? 0 : catalogue.viralSize[item]! * 2 ** (-viralDays / viralHalfLife)
    return click.viral * viral - click.age * Math.log1p(days)
  }

  /** Logit of reaction `at`, had the item been opened; for the click, of what all reactions share. */
  const logit = (at: number): number => {
    const row = table[at]!
    return (
      row.base +
      population.traits[at]![read.user]! +
      row.quality * read.quality +
      row.bait * read.bait +
      row.pull * read.pull +
      row.tired * read.tired +
      (at === REPORT ? 4 * read.risk : 0)
    )
  }

  return {
    /** Chance that place `slot` of a page is looked at. */
    attention: (slot: number): number =>
      attention.floor + (1 - attention.floor) * Math.exp(-slot / attention.decay),

    /** Reads `item`, were it shown at `time` of the request's visit. */
    read: (minds: Minds, { user, surface }: Request, item: number, time: number): void => {
      const responds = population.responsive[user] === 1
      read.user = user
      read.quality = responds ? catalogue.quality[item]! : 0
      read.bait = responds ? catalogue.bait[item]! : 0
      read.risk = responds ? catalogue.risk[item]! : 0
      read.tired = responds ? satiation.tiredness(minds, user, item, time) : 0
      read.pull = responds
        ? taste.interest(minds, user, item) * lifts[item]! * minds.energy[user]!
        : NULL_PULL
      const format = population.formats[user * FORMATS.length + catalogue.format[item]!]!
      const foreign = catalogue.language[item] === population.language[user] ? 0 : 1
      const ofItem = responds
        ? appeal(item, time) +
          click.format * format +
          click.foreign * foreign +
          click.song * catalogue.songAppeal[item]!
        : 0
      read.click = logistic(logit(CLICK) + ofItem + SURFACES[surface]!.lift)
    },

    /** Chance of a click, at a place that is looked at. */
    click: (): number => read.click,

    /** Chance of reaction `at`, once it is known whether the item was opened. */
    chance: (at: number, opened: boolean): number =>
      logistic(logit(at) + (opened ? 0 : table[at]!.unopened)),

    /** What opening the item does for the viewer, in (−1, 1). */
    enjoyment: (): number =>
      Math.tanh(0.9 * read.pull + 0.6 * read.quality - 0.8 * read.bait - 0.2),

    /** Expected worth of the impression, at a place that is looked at. */
    value: (): number => {
      let value = read.click * worth[CLICK]!
      for (let at = CLICK + 1; at < table.length; at++) {
        const odds = Math.exp(logit(at))
        const gated = odds * gates[at]!
        const unopened = gated / (1 + gated)
        value += worth[at]! * (unopened + read.click * (odds / (1 + odds) - unopened))
      }
      return value
    },
  }
}

interface Laws {
  readonly catalogue: Catalogue
  readonly population: Population
  readonly taste: Taste
  readonly satiation: Satiation
}

const logistic = (logit: number): number => 1 / (1 + Math.exp(-logit))
