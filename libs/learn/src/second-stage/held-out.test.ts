import { expect, it } from 'vitest'
import { LABELS } from '../examples/labels.ts'
import { rng } from '../rng.ts'
import { planHeads } from './heads.ts'
import { calibrate, type HeldOut, heldOutMetrics } from './held-out.ts'
import { sigmoid } from './platt.ts'

const ROWS = 4000
const random = rng(2)
const z = Float32Array.from({ length: ROWS }, () => random.normal() - 3)
const y = Uint8Array.from(z, logit => Number(random.uniform() < sigmoid(logit)))
const userOf = Uint32Array.from(z.keys()).map(row => row >> 3)
/** Right about one half of the users, wrong about the other. */
const noise = z.map((logit, row) => (userOf[row]! % 2 === 0 ? logit : -6 - logit))
const happened = y.reduce((a, b) => a + b, 0)
const none = new Uint8Array(ROWS)
const judged: HeldOut = {
  users: userOf,
  labels: Object.fromEntries(LABELS.map(label => [label, none])) as unknown as HeldOut['labels'],
}
const labelled: HeldOut = { ...judged, labels: { ...judged.labels, click: y, see_less: y } }
const positives = LABELS.map(label =>
  label === 'click' || label === 'see_less' ? 2 * happened : 0,
)
/** Of users whose own rates say nothing. */
const nobodys = { click: noise, see_less: noise }
const heads = planHeads({ rows: 8000, positives, clicked: positives })

it('keeps what predicts, and answers the pooled base rate where a head only knows noise', () => {
  const { click, see_less: seeLess } = calibrate(
    labelled,
    heads,
    { click: z, see_less: noise },
    nobodys,
  )
  expect(click!.slope).toBeGreaterThan(0.8)
  expect(seeLess!.slope).toBe(0)
  expect(sigmoid(seeLess!.offset)).toBeCloseTo(happened / ROWS, 3)
})

it('answers by the user’s own rate where that is what predicts', () => {
  const priors = { click: noise, see_less: z }
  const { click, see_less: seeLess } = calibrate(
    labelled,
    heads,
    { click: noise, see_less: noise },
    priors,
  )
  expect(seeLess).toEqual({ slope: 0, offset: 0, prior: 1 })
  // What a user's clicks are is not counted of impressions alone.
  expect(click).toMatchObject({ slope: 0, prior: 0 })
})

it('judges a head by what it would answer', () => {
  const metrics = heldOutMetrics(labelled, heads, { click: z, see_less: noise }, nobodys)
  expect(metrics.click.ne).toBeLessThan(0.95)
  expect(metrics.see_less.auc).toBe(0.5)
  expect(metrics.see_less.ne).toBeLessThan(1.05)
})

it('changes nothing where nothing was held out', () => {
  const empty = new Float32Array(0)
  const nobody: HeldOut = {
    users: new Uint32Array(0),
    labels: Object.fromEntries(
      LABELS.map(label => [label, new Uint8Array(0)]),
    ) as unknown as HeldOut['labels'],
  }
  const { click } = calibrate(
    nobody,
    heads,
    { click: empty, see_less: empty },
    { click: empty, see_less: empty },
  )
  expect(click).toEqual({ slope: 1, offset: 0, prior: 0 })
})
