import { type Head, HEADS } from '@explore/explore'

/**
 * How each head's probability is made. `through click`: P(like) = P(click) · P(like | click), which
 * lends the rare head what the frequent one knows (ESMM, Ma et al., SIGIR 2018). What takes away value
 * is as likely without a click as with one, so it stays direct.
 */
const THROUGH_CLICK: ReadonlySet<Head> = new Set<Head>(['like', 'save', 'share'])

/** Fewer positives than this teach a tower nothing but noise. */
const FEWEST = 30

export interface HeadPlan {
  readonly head: Head
  /** Index in HEADS, and so in a row of labels. */
  readonly index: number
  readonly positives: number
  /** Share of positives, smoothed (Jeffreys), so that it is never 0 or 1. */
  readonly rate: number
  /** Whether a tower is trained; otherwise the head answers `rate`. */
  readonly trained: boolean
  readonly throughClick: boolean
}

/** What to do for each head, given how often it was positive among `rows` rows of labels. */
export const planHeads = (positives: readonly number[], rows: number): readonly HeadPlan[] => {
  const enough = (index: number) => positives[index] >= FEWEST && rows - positives[index] >= FEWEST
  const click = enough(HEADS.indexOf('click'))
  return HEADS.map((head, index) => ({
    head,
    index,
    positives: positives[index],
    rate: (positives[index] + 0.5) / (rows + 1),
    trained: enough(index),
    throughClick: click && THROUGH_CLICK.has(head),
  }))
}

export const logit = (probability: number): number => Math.log(probability / (1 - probability))
