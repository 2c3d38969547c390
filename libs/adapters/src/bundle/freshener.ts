import {
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  emptyUserState,
  fillCandidate,
} from '@explore/explore'
import type { Awaitable } from '@explore/pipeline'
import type { TieredRows } from '../dot/tiered-rows.ts'
import type { OnnxModel } from '../onnx/onnx-model.ts'
import type { TieredIndex } from '../vectors/tiered-index.ts'
import { contentHash } from './content-hash.ts'
import { runOn } from './feeds.ts'

/** What a bundle needs of the world to embed items that its training has not seen. */
export interface World {
  readonly catalogue: Catalogue
  /** Counter rows of items, as StateStore gives them. */
  readonly counters: (items: Uint32Array) => Awaitable<Float64Array>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface Parts {
  /** N, the catalogue's size at training. */
  readonly items: number
  /** [N] hashes of the contents trained on, where known. */
  readonly contents: Uint32Array | undefined
  readonly index: TieredIndex
  readonly vectors: TieredRows
  readonly firstItems: TieredRows
  /** Towers of this process: it needs no rows of one that it does not open. */
  readonly retrievalTower: OnnxModel | undefined
  readonly firstTower: OnnxModel | undefined
}

/** Items embedded in one run. */
const BATCH = 512

/**
 * Keeps a bundle up with the catalogue: `refresh(changed)` buries at once what may not be served and embeds
 * what is new or changed from its content, in both stages. Resolves when searches find it.
 * What a failed refresh left undone, the next one does.
 */
export const freshener = (
  parts: Parts,
  { catalogue, counters, now }: World,
): ((changed: Iterable<number>) => Promise<void>) => {
  const { items, contents, index, vectors, firstItems } = parts
  const waiting = new Set<number>()
  const nobody = emptyUserState()
  const towers = parts.retrievalTower ?? parts.firstTower
  let turn = Promise.resolve()

  /** Whether the rows of training don't speak for the item any more. */
  const outdated = (item: number): boolean =>
    item >= items ||
    vectors.isFresh(item) ||
    firstItems.isFresh(item) ||
    contents === undefined ||
    contents[item] !== contentHash(catalogue, item)

  const embed = async (batch: Uint32Array): Promise<void> => {
    const rows = candidateFeatures(batch.length)
    const counted = await counters(batch)
    const time = now()
    batch.forEach((item, row) =>
      fillCandidate(rows, row, item, counted, row * COUNTERS, 0, nobody, time, catalogue),
    )
    const columns = { item: rows, candidate: rows }
    const rowsOf = async (tower: OnnxModel | undefined): Promise<Float32Array | undefined> =>
      tower && (await runOn(tower, items, columns)).embedding!
    const retrieval = await rowsOf(parts.retrievalTower)
    const first = await rowsOf(parts.firstTower)
    batch.forEach((item, row) => {
      if (retrieval) vectors.put(item, rowOf(retrieval, row, vectors.width))
      if (first) firstItems.put(item, rowOf(first, row, firstItems.width))
      index.setLive(item, catalogue.servable(item))
    })
  }

  const work = async (): Promise<void> => {
    while (waiting.size > 0) {
      const batch = Uint32Array.from(waiting.values().take(BATCH))
      // Taken out before their content is read: what changes meanwhile comes in again.
      for (const item of batch) waiting.delete(item)
      try {
        await embed(batch)
      } catch (error) {
        for (const item of batch) waiting.add(item)
        throw error
      }
    }
  }

  return changed => {
    for (const item of changed) {
      const servable = catalogue.servable(item)
      if (towers !== undefined && servable && outdated(item)) waiting.add(item)
      else index.setLive(item, servable)
    }
    const done = turn.then(work)
    turn = done.catch(() => {})
    return done
  }
}

const rowOf = (rows: Float32Array, row: number, width: number): Float32Array =>
  rows.subarray(row * width, (row + 1) * width)
