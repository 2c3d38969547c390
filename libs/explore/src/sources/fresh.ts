import { type Found, type Source, top } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Settings } from '../settings.ts'
import type { Viewer } from '../viewer.ts'
import { refreshed } from './refreshed.ts'

/** Short enough that a new item is retrievable within a second, long enough that uploads cost no scan each. */
const REFRESH = 250

/** The newest servable items that are not older than `maxAge`, newest first. */
export const newest = (catalogue: Catalogue, now: number, maxAge: number, n: number): Found => {
  const items: number[] = []
  const times: number[] = []
  for (let item = 0; item < catalogue.size; item++) {
    const created = catalogue.createdAt[item]!
    if (created <= now - maxAge || created > now || !catalogue.servable(item)) continue
    items.push(item)
    times.push(created)
  }
  const rows = top(times, n)
  return {
    items: Uint32Array.from(rows, row => items[row]!),
    scores: Float32Array.from(rows, row => (times[row]! - (now - maxAge)) / maxAge),
  }
}

/** Heuristic, real-time: what was uploaded last. */
export const fresh = (catalogue: Catalogue, settings: Settings): Source<Viewer> => {
  const list = refreshed(REFRESH, now =>
    newest(
      catalogue,
      now,
      settings['fresh.maxAgeHours'] * 3_600_000,
      Math.ceil(settings['width.candidates'] * settings['width.overfetch']),
    ),
  )
  return {
    name: 'fresh',
    find: async (_, want, { now }) => {
      const { items, scores } = await list(now)
      return { items: items.subarray(0, want), scores: scores.subarray(0, want) }
    },
  }
}
