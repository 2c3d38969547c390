import { memoryStateStore, plantedBundle, tinyCatalogue } from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { exhaustiveFunnel } from './exhaustive.ts'
import { exploreFunnel } from './funnel.ts'
import { settingsFrom } from './settings.ts'
import { emptyUserState } from './signals/user-state.ts'
import { havingSeen, viewerOf } from './viewer.ts'

const NOW = Date.UTC(2026, 5, 1)
const catalogue = tinyCatalogue(50)
const stores = { state: memoryStateStore(), catalogue, bundle: plantedBundle(catalogue) }
const context = { now: NOW, seed: '', signal: new AbortController().signal }
const viewer = viewerOf(
  { id: 'u', state: emptyUserState(), user: undefined, now: NOW },
  catalogue,
  settingsFrom(),
)

it('scores every item as the funnel does, best first, and keeps to the filters', async () => {
  const settings = settingsFrom({ 'width.secondStage': 50, 'page.maxLimit': 50 })
  const items = Uint32Array.from({ length: 50 }, (_, item) => item)
  const seen = havingSeen(viewer, [7])
  const { slate } = await exhaustiveFunnel(stores, settings, items).run(seen, context)
  const served = await exploreFunnel(stores, settings).run(seen, context)
  const scores = new Map([...served.slate.items].map((item, i) => [item, served.slate.score[i]]))
  expect(slate.items).not.toContain(7)
  expect(slate.length).toBe(scores.size)
  slate.items.forEach((item, i) => expect(slate.score[i]).toBe(scores.get(item)))
  expect([...slate.score]).toEqual([...slate.score].sort((a, b) => b - a))
})
