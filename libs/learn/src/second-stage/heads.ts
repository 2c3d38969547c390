import { type Label, LABELS } from '../examples/labels.ts'

/**
 * How each head's probability is made. `through click`: P(like) = P(click) · P(like | click), which
 * lends the rare head what the frequent one knows (ESMM, Ma et al., SIGIR 2018). What takes away value
 * is as likely without a click as with one, so it stays direct; so does a head whose positives in the
 * data mostly came without a click.
 */
const THROUGH_CLICK: ReadonlySet<Label> = new Set<Label>([
  'like',
  'save',
  'share',
  'comment',
  'follow',
])

/** The least share of a head's positives that came with a click, to be factored through it. */
const MOSTLY = 0.75

/** Fewer positives than this teach a tower nothing but noise. */
const FEWEST = 30

export interface HeadPlan {
  readonly head: Label
  /** Index in LABELS, and so in a row of labels. */
  readonly index: number
  readonly positives: number
  /** Share of positives, smoothed (Jeffreys), so that it is never 0 or 1. */
  readonly rate: number
  /** Whether a tower is trained; otherwise the head answers `rate`. */
  readonly trained: boolean
  readonly throughClick: boolean
}

/** How often each of LABELS was positive in `rows` rows, and how often with a click. */
export interface LabelCounts {
  readonly rows: number
  readonly positives: readonly number[]
  readonly clicked: readonly number[]
}

/** Counts the labels, row-major [length, LABELS], of these rows. */
export const countLabels = (labels: Uint8Array, rows: Uint32Array): LabelCounts => {
  const positives = LABELS.map(() => 0)
  const clicked = LABELS.map(() => 0)
  const click = LABELS.indexOf('click')
  for (const row of rows) {
    const at = row * LABELS.length
    for (let i = 0; i < LABELS.length; i++) {
      positives[i] += labels[at + i]
      clicked[i] += labels[at + i] & labels[at + click]
    }
  }
  return { rows: rows.length, positives, clicked }
}

/** What to do for each of LABELS. */
export const planHeads = ({ rows, positives, clicked }: LabelCounts): readonly HeadPlan[] => {
  const enough = (index: number) => positives[index] >= FEWEST && rows - positives[index] >= FEWEST
  const click = enough(LABELS.indexOf('click'))
  return LABELS.map((head, index) => ({
    head,
    index,
    positives: positives[index],
    rate: (positives[index] + 0.5) / (rows + 1),
    trained: enough(index),
    throughClick: click && THROUGH_CLICK.has(head) && clicked[index] >= MOSTLY * positives[index],
  }))
}

export const logit = (probability: number): number => Math.log(probability / (1 - probability))
