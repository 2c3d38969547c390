import { Catalogue } from '../catalogue.ts'
import { describe, expect, it } from 'vitest'
import { authorKey } from '../hash.ts'
import { itemSet } from '../item-set.ts'
import { settingsFrom } from '../settings.ts'
import type { Item } from '../types.ts'
import type { Viewer } from '../viewer.ts'
import { filters, safetyFilters } from './index.ts'
import { passing, refusedBy } from './passing.ts'

const catalogueOf = (...items: (Partial<Item> | null)[]): Catalogue => {
  const catalogue = new Catalogue()
  const records = items.map((more, ordinal) => {
    const id = `i${ordinal}`
    return { ordinal, id, item: more === null ? null : { id, author: `a${ordinal}`, ...more } }
  })
  catalogue.apply(records, 1)
  return catalogue
}
const viewer = {
  self: authorKey('me'),
  seen: itemSet(100, [1]),
  blocked: new Set([authorKey('blocked')]),
} as unknown as Viewer

const reasons = (catalogue: Catalogue, settings = settingsFrom()) =>
  Array.from({ length: catalogue.size }, (_, item) =>
    refusedBy(item, filters(catalogue, settings), viewer),
  )

describe('filters', () => {
  it('refuse each for its own reason', () => {
    const catalogue = catalogueOf(
      {},
      {},
      { hidden: true },
      null,
      { recommendable: false },
      { integrityRisk: 0.91 },
      { author: 'blocked' },
      { author: 'me' },
      { integrityRisk: 0.9 },
    )
    catalogue.apply([{ ordinal: 9, id: 'i9', item: null, placeholder: true }], 2)
    expect(reasons(catalogue)).toEqual([
      undefined,
      'seen',
      'hidden',
      'hidden',
      'not recommendable',
      'integrity',
      'blocked author',
      'own item',
      undefined,
      'hidden',
    ])
  })

  it('refuse what the catalogue does not know, or knows no risk of', () => {
    const catalogue = catalogueOf({}, {})
    const all = filters(catalogue, settingsFrom())
    for (const item of [2, 5000, 0xffff_ffff]) {
      expect(refusedBy(item, all, viewer)).toBe('hidden')
    }
    catalogue.risks[0] = NaN
    expect(reasons(catalogue)[0]).toBe('integrity')
  })

  it('let a risk pass that is the bound itself, whatever its rounding', () => {
    for (const risk of [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]) {
      const settings = settingsFrom({ 'integrity.blockAbove': risk })
      expect(reasons(catalogueOf({ integrityRisk: risk }), settings)).toEqual([undefined])
      if (risk > 0) {
        const above = catalogueOf({ integrityRisk: Math.min(1, risk + 1e-6) })
        expect(reasons(above, settings)[0]).toBe(risk === 1 ? undefined : 'integrity')
      }
    }
  })

  it('for safety are all but the one for what was seen', () => {
    const catalogue = catalogueOf({}, {}, { hidden: true })
    const safe = safetyFilters(catalogue, settingsFrom())
    expect([0, 1, 2].map(item => refusedBy(item, safe, viewer))).toEqual([
      undefined,
      undefined,
      'hidden',
    ])
  })
})

it('passing keeps the order, and what it is given', () => {
  const all = filters(catalogueOf({}, {}, {}, { hidden: true }), settingsFrom())
  const ranked = [3, 2, 1, 0].map(item => ({ item, note: `n${item}` }))
  expect(passing(ranked, all, viewer)).toEqual([ranked[1], ranked[3]])
})
