import type { Slate } from '@explore/pipeline'
import { ExploreError } from '../errors.ts'
import { hash32 } from '../hash.ts'
import type { StateStore } from '../ports.ts'
import type { Heads } from '../rankers/second-stage.ts'
import { HEADS, type Millis } from '../types.ts'

/** What the second stage said of some items, head by head: items.length probabilities of the first, then of the next … */
export interface Predictions {
  readonly items: Uint32Array
  readonly probabilities: Float32Array
}

/** For so long it is known what was predicted of a page: what comes later was not its doing. */
const KEPT_MS = 3_600_000

const keyOf = (requestId: string): string => `predicted:${requestId}`

/** Whether a page is of the sample whose predictions are compared with what happens: all processes agree by its id. */
export const isCompared = (requestId: string, share: number): boolean =>
  hash32(requestId, 0x27d4eb2f) / 2 ** 32 < share

export const predictionsOf = (slate: Slate<Heads>): Predictions => {
  const { items, length } = slate
  const probabilities = new Float32Array(HEADS.length * length)
  HEADS.forEach((head, i) => probabilities.set(slate[head], i * length))
  return { items, probabilities }
}

/** Of these items only, where there are any of them. */
export const predictionsFor = (
  { items, probabilities }: Predictions,
  wanted: readonly number[],
): Predictions => {
  const rowOf = new Map(Array.from(items, (item, row) => [item, row]))
  const rows = wanted.flatMap(item => rowOf.get(item) ?? [])
  return {
    items: Uint32Array.from(rows, row => items[row]!),
    probabilities: Float32Array.from(
      HEADS.flatMap((_, head) => rows.map(row => probabilities[head * items.length + row]!)),
    ),
  }
}

/** `wall`: the machine's clock. */
export const writePredictions = (
  state: Pick<StateStore, 'put'>,
  requestId: string,
  { items, probabilities }: Predictions,
  wall: Millis,
): Promise<void> => {
  const words = new Uint32Array(items.length + probabilities.length)
  words.set(items)
  new Float32Array(words.buffer).set(probabilities, items.length)
  return state.put(keyOf(requestId), new Uint8Array(words.buffer), wall + KEPT_MS)
}

/** Undefined where the page was not compared, or long ago. Throws STATE_BROKEN. */
export const readPredictions = async (
  state: Pick<StateStore, 'get'>,
  requestId: string,
): Promise<Predictions | undefined> => {
  const bytes = await state.get(keyOf(requestId))
  if (bytes === undefined) return undefined
  const count = bytes.length / 4 / (1 + HEADS.length)
  if (!Number.isInteger(count)) throw new ExploreError('STATE_BROKEN', 'predictions are cut off')
  const { buffer } = bytes.slice()
  return {
    items: new Uint32Array(buffer, 0, count),
    probabilities: new Float32Array(buffer, 4 * count),
  }
}
