import { expect, it } from 'vitest'
import type { Page } from '../api.ts'
import { servedPage } from './served-page.ts'

const page: Page = {
  ...{ requestId: 'r1', userId: 'u1', group: 'new', origin: 'live', bundle: 'b1' },
  items: [
    { itemId: 'm1', score: 0, sources: ['fresh'] },
    { itemId: 'm2', score: null, sources: ['explore-cold'], propensity: 0.05 },
  ],
  ...{ nextCursor: null, degraded: ['without trending'] },
}

it('records what was served where, and leaves out what there was none of', () => {
  const record = {
    ...{ requestId: 'r1', userId: 'u1', time: 7, group: 'new', origin: 'live', bundle: 'b1' },
    degraded: ['without trending'],
    items: [
      { itemId: 'm1', position: 0, score: 0, sources: ['fresh'] },
      { itemId: 'm2', position: 1, sources: ['explore-cold'], propensity: 0.05 },
    ],
  }
  expect(servedPage(page, { time: 7 })).toEqual(record)
  const features = { version: 2, catalogueId: 'c', viewer: {}, pairs: [] }
  expect(servedPage(page, { time: 7, surface: 'home', features })).toEqual({
    ...{ ...record, surface: 'home', features },
  })
  expect(servedPage({ ...page, bundle: null }, { time: 7 })).not.toHaveProperty('bundle')
})
