import { memoryWorld, type MemoryWorld, type WorldParts } from '@explore/testkit/memory'
import type { Page } from '../api.ts'
import { precomputePages } from '../offpeak/precompute-pages.ts'
import { requestIdOf } from '../request-id.ts'
import type { Event, Item } from '../types.ts'

export const NOW = Date.UTC(2026, 5, 1)
export const HOUR = 3_600_000

/** Items of 20 authors and 6 topics, one an hour. */
export const itemsOf = (n: number, more: Partial<Item> = {}): Item[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `item-${i}`,
    author: `author-${i % 20}`,
    topics: [`topic-${i % 6}`],
    createdAt: NOW - i * HOUR,
    ...more,
  }))

export const worldOf = (n: number, parts: Partial<WorldParts> = {}): Promise<MemoryWorld> =>
  memoryWorld({ now: NOW, items: itemsOf(n), ...parts })

export const eventOf = (userId: string, type: Event['type'], i: number) => ({
  userId,
  type,
  itemId: `item-${i}`,
  time: NOW - HOUR,
})

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

export const idsOf = (page: Page): string[] => page.items.map(({ itemId }) => itemId)

/** Computes the page of every viewer with a state. */
export const precomputeFor = ({ state, explorer, settings }: MemoryWorld): Promise<number> =>
  precomputePages(
    { state, explorer, bundle: 'planted' },
    { ...settings, 'precompute.policy': 'all' },
    { now: NOW, wall: NOW, requestId: () => requestIdOf(4242) },
  )
