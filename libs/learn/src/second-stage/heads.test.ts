import { expect, it } from 'vitest'
import { type Label, LABELS } from '../examples/labels.ts'
import { countLabels, logit, planHeads } from './heads.ts'

const numbers = (some: Partial<Record<Label, number>>) => LABELS.map(label => some[label] ?? 0)

const plan = (
  positives: Partial<Record<Label, number>>,
  clicked: Partial<Record<Label, number>> = positives,
) => planHeads({ rows: 1000, positives: numbers(positives), clicked: numbers(clicked) })

it('counts positives, and those that were clicked, of the given rows', () => {
  const rows = [{ click: 1, like: 1 }, { like: 1 }, { click: 1 }, { see_less: 1 }].map(numbers)
  const counts = countLabels(Uint8Array.from(rows.flat()), Uint32Array.of(0, 1, 3))
  expect(counts).toEqual({
    rows: 3,
    positives: numbers({ click: 1, like: 2, see_less: 1 }),
    clicked: numbers({ click: 1, like: 1 }),
  })
})

it('trains a head from 30 positives on, and answers a smoothed base rate below', () => {
  const plans = plan({ click: 400, long_view: 30, like: 29, see_less: 990 })
  const trained = plans.filter(plan => plan.trained).map(({ head }) => head)
  expect(trained).toEqual(['click', 'long_view'])
  expect(plans[2]!.rate).toBeCloseTo(29.5 / 1001, 12)
  expect(plans[7]!.rate).toBeCloseTo(0.5 / 1001, 12)
  expect(plans.map(({ index }) => index)).toEqual([...LABELS.keys()])
})

it('sends rare reactions through the click where the data has them come with one', () => {
  const through = (clicks: number, clickedLikes: number) =>
    plan(
      { click: clicks, like: 50, follow: 40, see_less: 60 },
      { like: clickedLikes, follow: 40, see_less: 60 },
    )
      .filter(plan => plan.throughClick)
      .map(({ head }) => head)
  expect(through(400, 45)).toContain('like')
  expect(through(400, 30)).not.toContain('like')
  expect(through(400, 30)).toContain('follow')
  expect(through(400, 50)).not.toContain('see_less')
  expect(through(3, 50)).toEqual([])
})

it('has a logit that undoes the sigmoid', () => {
  expect(1 / (1 + Math.exp(-logit(0.2)))).toBeCloseTo(0.2, 12)
})
