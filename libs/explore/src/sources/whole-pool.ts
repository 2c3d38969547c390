import type { Pool } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Retrieved } from '../retrieved.ts'
import type { Settings } from '../settings.ts'
import type { Viewer } from '../viewer.ts'
import { unmixed } from './mix.ts'

const CHUNK = 256

/** The whole catalogue, newest ordinals first: fills a page when all sources have run dry. */
export const wholePool = (catalogue: Catalogue, settings: Settings): Pool<Viewer, Retrieved> => ({
  name: 'whole pool',
  *chunks() {
    for (let end = catalogue.size; end > 0; end -= CHUNK) {
      const length = Math.min(CHUNK, end)
      yield new Uint32Array(length).map((_, i) => end - 1 - i)
    }
  },
  columns: unmixed(settings),
})
