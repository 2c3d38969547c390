import { slateOf } from '@explore/pipeline'
import { describe, expect, it } from 'vitest'
import { tinyCatalogue } from '@explore/testkit/memory'
import { settingsFrom } from '../settings.ts'
import { type Head, HEADS } from '../types.ts'
import type { Viewer } from '../viewer.ts'
import { integrityDownrank } from './integrity-downrank.ts'
import { firstStageOrder } from './second-stage.ts'
import { valueModel, valueTerms, valueWeights } from './value-model.ts'

const context = { now: 0, seed: '', signal: new AbortController().signal }
const viewer = { group: 'casual' } as Viewer
const heads = (value: (head: Head, row: number) => number, rows = 3) =>
  Object.fromEntries(
    HEADS.map(head => [head, new Float32Array(rows).map((_, row) => value(head, row))]),
  ) as Record<Head, Float32Array>

describe('the value', () => {
  it('is the weighted sum of the group, dislikes subtracted, and its terms add up to it', async () => {
    const settings = settingsFrom({ 'value.like.casual': 7, 'value.like.heavy': 0 })
    const slate = slateOf(
      Uint32Array.of(0, 1, 2),
      heads((_, row) => 0.1 * (row + 1)),
    )
    const { value } = await valueModel(settings).load(slate, viewer, context)
    const weights = valueWeights(settings, 'casual')
    expect(weights).toMatchObject({ like: 7, see_less: -30, hide_author: -40, report: -100 })
    for (let row = 0; row < 3; row++) {
      const terms = Object.values(valueTerms(slate, row, weights))
      expect(terms.reduce((a, b) => a + b)).toBeCloseTo(value[row]!, 4)
    }
    const likes = slateOf(
      Uint32Array.of(0),
      heads(head => Number(head === 'like'), 1),
    )
    const worth = async (group: Viewer['group']) =>
      (await valueModel(settings).load(likes, { ...viewer, group }, context)).value[0]
    expect([await worth('casual'), await worth('heavy')]).toEqual([7, 0])
  })
})

describe('integrity downrank', () => {
  it('shrinks value from its bound to nothing at risk 1, and never helps what is worth less than nothing', async () => {
    const catalogue = tinyCatalogue(6)
    catalogue.risks.set([0, 0.5, 0.75, 1, 0.75, 1])
    const slate = slateOf(Uint32Array.of(0, 1, 2, 3, 4, 5), {
      value: Float32Array.of(2, 2, 2, 2, -2, -2),
    })
    const scored = (from: number) =>
      integrityDownrank(catalogue, settingsFrom({ 'integrity.downrankAbove': from })).load(
        slate,
        viewer,
        context,
      )
    expect([...(await scored(0.5)).score]).toEqual([2, 2, 1, 0, -3, -4])
    expect([...(await scored(1)).score]).toEqual([...slate.value])
  })
})

it('the first stage’s order stands in as a click probability that falls with the rank', () => {
  const slate = slateOf(Uint32Array.of(0, 1, 2), { light: Float32Array.of(-5, 9, 9) })
  const { click, like } = firstStageOrder.load(slate, viewer)
  expect([...click]).toEqual([0.25, 0.75, 0.5])
  expect([...like]).toEqual([0, 0, 0])
})
