import { HEADS } from '@explore/explore'
import { expect, it } from 'vitest'
import { logit, planHeads } from './heads.ts'

const counts = (some: Partial<Record<(typeof HEADS)[number], number>>) =>
  HEADS.map(head => some[head] ?? 0)

it('trains a head from 30 positives on, and answers a smoothed base rate below', () => {
  const plans = planHeads(counts({ click: 400, long_view: 30, like: 29, see_less: 990 }), 1000)
  const trained = plans.filter(plan => plan.trained).map(({ head }) => head)
  expect(trained).toEqual(['click', 'long_view'])
  expect(plans[2]!.rate).toBeCloseTo(29.5 / 1001, 12)
  expect(plans[7]!.rate).toBeCloseTo(0.5 / 1001, 12)
  expect(plans.map(({ index }) => index)).toEqual([...HEADS.keys()])
})

it('sends like, save and share through the click, unless there are no clicks', () => {
  const through = (clicks: number) =>
    planHeads(counts({ click: clicks, like: 50 }), 1000)
      .filter(plan => plan.throughClick)
      .map(({ head }) => head)
  expect(through(400)).toEqual(['like', 'save', 'share'])
  expect(through(3)).toEqual([])
})

it('has a logit that undoes the sigmoid', () => {
  expect(1 / (1 + Math.exp(-logit(0.2)))).toBeCloseTo(0.2, 12)
})
