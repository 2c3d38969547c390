import { plantedBundle, tinyCatalogue } from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { attributeBuckets } from '../signals/feature-buckets.ts'
import { viewerFeatures } from '../signals/features.ts'
import { fillViewer } from '../signals/fill-viewer.ts'
import { EVENT_TYPES } from '../types.ts'
import { emptyUserState } from '../signals/user-state.ts'
import { twoTower } from './two-tower.ts'

const NOW = Date.UTC(2026, 0, 1)
const context = { now: NOW, seed: '', signal: new AbortController().signal }

it('embeds the viewer as they are now: the next like moves what is found', async () => {
  const catalogue = tinyCatalogue(200)
  const { retriever } = plantedBundle(catalogue)
  const source = twoTower(retriever)
  const foundAfterLiking = async (item: number) => {
    const state = emptyUserState()
    state.history.items[0] = item
    state.history.kinds[0] = 1 << EVENT_TYPES.indexOf('like')
    state.history.times[0] = NOW - 1000
    state.history.length = 1
    const features = viewerFeatures(1)
    const facts = { state, attributes: attributeBuckets(undefined), surface: 0, now: NOW }
    fillViewer(features, 0, facts, catalogue)
    return source.find({ features } as never, 10, context)
  }
  const other = Array.from({ length: 200 }, (_, item) => item).find(
    item => catalogue.topics[item * 4] !== catalogue.topics[0],
  )!
  const [first, second] = [await foundAfterLiking(0), await foundAfterLiking(other)]
  expect(first.items).toHaveLength(10)
  expect([...first.scores]).toEqual([...first.scores].sort((a, b) => b - a))
  expect(first.items).not.toEqual(second.items)
  const near = (items: Uint32Array, to: number): number =>
    items.filter(item => catalogue.topics[item * 4] === catalogue.topics[to * 4]).length
  expect(near(first.items, 0)).toBeGreaterThan(near(second.items, 0))
})
