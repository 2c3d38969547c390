import type { Lookup, Slate } from '@explore/pipeline'
import type { Settings } from '../settings.ts'
import { type Group, type Head, HEADS } from '../types.ts'
import type { Viewer } from '../viewer.ts'
import type { Heads } from './second-stage.ts'

export type Valued = { readonly value: Float32Array }

/** Heads whose probability takes value away. */
const SUBTRACTED: ReadonlySet<Head> = new Set(['see_less', 'hide_author', 'report'])

/** The signed weight of each head for a group of viewers. */
export const valueWeights = (settings: Settings, group: Group): Readonly<Record<Head, number>> =>
  Object.fromEntries(
    HEADS.map(head => {
      const magnitude = settings[`value.${head}.${group}`]
      return [head, SUBTRACTED.has(head) ? -magnitude : magnitude]
    }),
  ) as Record<Head, number>

/** The terms of one candidate's value, signed: value = Σ weight · probability. */
export const valueTerms = (
  slate: Slate<Heads>,
  row: number,
  weights: Readonly<Record<Head, number>>,
): Readonly<Record<Head, number>> =>
  Object.fromEntries(HEADS.map(head => [head, weights[head] * slate[head][row]!])) as Record<
    Head,
    number
  >

/** Expected value: W_click · P(click) + W_like · P(like) − W_see_less · P(see less) + … */
export const valueModel = (settings: Settings): Lookup<Viewer, Heads, Valued> => ({
  name: 'value model',
  load: (slate, { group }) => {
    const weights = valueWeights(settings, group)
    const value = new Float32Array(slate.length)
    for (const head of HEADS) {
      const column = slate[head]
      const weight = weights[head]
      for (let row = 0; row < value.length; row++) value[row]! += weight * column[row]!
    }
    return { value }
  },
})
