import { VIEWER_DENSE } from '@explore/explore'
import { expect, it } from 'vitest'
import { LABELS } from '../examples/labels.ts'
import type { Examples } from '../examples/replay.ts'
import { rng } from '../rng.ts'
import { planHeads } from './heads.ts'
import { countColumn, fitPriors, priorLogit, SHOWN_COLUMN } from './user-prior.ts'

const USERS = 400
const EACH = 50
const ROWS = USERS * EACH
const SEE_LESS = LABELS.indexOf('see_less')

/** Impressions of users, each with the rate that `rateOf` gives them; a row's counts are of the rows before it. */
const examplesOf = (rateOf: (user: number) => number) => {
  const random = rng(4)
  const labels = new Uint8Array(ROWS * LABELS.length)
  const dense = new Float32Array(ROWS * VIEWER_DENSE)
  let positives = 0
  for (let row = 0, count = 0; row < ROWS; row++) {
    if (row % EACH === 0) count = 0
    dense[row * VIEWER_DENSE + SHOWN_COLUMN] = Math.log1p(row % EACH)
    dense[row * VIEWER_DENSE + countColumn('see_less')] = Math.log1p(count)
    const y = Number(random.uniform() < rateOf(Math.floor(row / EACH)))
    labels[row * LABELS.length + SEE_LESS] = y
    count += y
    positives += y
  }
  const gather = (rows: Uint32Array) => ({
    dense: Float32Array.from({ length: rows.length * VIEWER_DENSE }, (_, i) => {
      const [row, column] = [Math.floor(i / VIEWER_DENSE), i % VIEWER_DENSE]
      return dense[rows[row]! * VIEWER_DENSE + column]!
    }),
  })
  const viewer = Uint32Array.from({ length: ROWS }, (_, row) => row)
  const all = LABELS.map(label => (label === 'see_less' ? positives : 0))
  const heads = planHeads({ rows: ROWS, positives: all, clicked: all })
  const examples = { viewers: { gather }, ranking: { viewer, labels, length: ROWS } }
  return {
    examples: examples as unknown as Examples,
    heads: heads.filter(({ trained }) => trained),
    rate: positives / ROWS,
  }
}

const seeLessPrior = (rateOf: (user: number) => number) => {
  const { examples, heads, rate } = examplesOf(rateOf)
  const rows = Uint32Array.from({ length: ROWS }, (_, row) => row)
  return { prior: fitPriors(examples, rows, heads)[0]!, rate }
}

it('believes a user soon where users differ', () => {
  const { prior, rate } = seeLessPrior(user => (user % 10 === 0 ? 0.2 : 0.001))
  expect(prior.a + prior.b).toBeLessThan(100)
  expect(prior.a / (prior.a + prior.b)).toBeCloseTo(rate, 3)
  expect(priorLogit(prior, 5, 25)).toBeGreaterThan(priorLogit(prior, 0, 25) + 1)
})

it('believes nobody where all are alike', () => {
  const { prior } = seeLessPrior(() => 0.02)
  expect(prior.a + prior.b).toBeGreaterThan(900)
})
