import type { Pool } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Retrieved } from '../retrieved.ts'
import type { Settings } from '../settings.ts'
import type { Viewer } from '../viewer.ts'
import { unmixed } from './mix.ts'

const CHUNK = 256

/**
 * The whole catalogue, newest ordinals first, without what the viewer has seen: fills a page when all sources have
 * run dry. Those who have seen nearly all are why it looks: it is far cheaper than to have the filter do it.
 */
export const wholePool = (catalogue: Catalogue, settings: Settings): Pool<Viewer, Retrieved> => ({
  name: 'whole pool',
  *chunks({ seen }) {
    let items = new Uint32Array(CHUNK)
    let length = 0
    for (let item = catalogue.size - 1; item >= 0; item--) {
      if (seen.has(item)) continue
      items[length++] = item
      if (length < CHUNK) continue
      yield items
      items = new Uint32Array(CHUNK)
      length = 0
    }
    yield items.subarray(0, length)
  },
  columns: unmixed(settings),
})
