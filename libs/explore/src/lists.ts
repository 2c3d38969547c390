import type { Found } from '@explore/pipeline'
import { ExploreError } from './errors.ts'
import type { StateStore } from './ports.ts'

/** Keys of pre-generated lists in the state store. */
export const listKey = {
  longTerm: (user: string): string => `long-term:${user}`,
  /** '' is the list for all viewers, which also is the last rung of the ladder. */
  popular: (segment: string): string => `popular:${segment}`,
}

/** u32 count, then items (u32), then scores (f32); little-endian. */
export const encodeList = ({ items, scores }: Found): Uint8Array => {
  const words = new Uint32Array(1 + 2 * items.length)
  words[0] = items.length
  words.set(items, 1)
  new Float32Array(words.buffer).set(scores, 1 + items.length)
  return new Uint8Array(words.buffer)
}

/** Reads what `encodeList` wrote, its first `want` rows; throws STATE_BROKEN. */
export const decodeList = (bytes: Uint8Array, want = Infinity): Found => {
  const { buffer, byteOffset } = bytes
  const view = new DataView(buffer, byteOffset, bytes.length)
  const length = bytes.length < 4 ? 0 : view.getUint32(0, true)
  if (bytes.length !== 4 * (1 + 2 * length)) {
    throw new ExploreError('STATE_BROKEN', 'a list is truncated')
  }
  const rows = Math.min(want, length)
  const copy = (from: number): ArrayBuffer =>
    buffer.slice(byteOffset + from, byteOffset + from + 4 * rows) as ArrayBuffer
  return {
    items: new Uint32Array(copy(4)),
    scores: new Float32Array(copy(4 * (1 + length))),
  }
}

/** The first `want` of a stored list; empty when there is none. */
export const readList = async (
  state: Pick<StateStore, 'get'>,
  key: string,
  want: number,
): Promise<Found> => {
  const bytes = await state.get(key)
  return bytes === undefined
    ? { items: new Uint32Array(0), scores: new Float32Array(0) }
    : decodeList(bytes, want)
}
