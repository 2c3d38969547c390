import type { ItemExplanation } from '../api.ts'
import { ExploreError } from '../errors.ts'
import type { Place } from './place.ts'

/** A place's word of sources has its slot, at most 100, in the bits from here on. */
const SLOT_BIT = 24
const SOURCES_MASK = 2 ** SLOT_BIT - 1

/** Words before the header: its length in bytes, and the number of places. */
const PREFIX = 2

/**
 * A header and places in 12 bytes each: the prefix, the header as JSON padded to whole words, then items (u32),
 * source masks (u32, with slots) and scores (f32, NaN = null). Explanations are few and large, and go into the JSON.
 */
export const encodePlaces = (header: object, places: readonly Place[]): Uint8Array => {
  const explained = places.some(place => place.explanation !== undefined)
  const explanations = explained ? places.map(place => place.explanation ?? null) : undefined
  const json = Buffer.from(JSON.stringify({ header, explanations }))
  const first = PREFIX + Math.ceil(json.length / 4)
  const n = places.length
  const words = new Uint32Array(first + 3 * n)
  words[0] = json.length
  words[1] = n
  new Uint8Array(words.buffer, 4 * PREFIX).set(json)
  const scores = new Float32Array(words.buffer)
  places.forEach(({ item, sources, slot = 0, score }, i) => {
    words[first + i] = item
    words[first + n + i] = sources + slot * 2 ** SLOT_BIT
    scores[first + 2 * n + i] = score ?? NaN
  })
  return new Uint8Array(words.buffer)
}

/** Reads what `encodePlaces` wrote; throws STATE_BROKEN, naming `what`. */
export const decodePlaces = <H>(
  bytes: Uint8Array,
  what: string,
): { readonly header: H; readonly places: readonly Place[] } => {
  try {
    const words = new Uint32Array(bytes.slice().buffer)
    const [length, n] = [words[0]!, words[1]!]
    const first = PREFIX + Math.ceil(length / 4)
    if (words.length !== first + 3 * n) throw new RangeError('it is truncated')
    const scores = new Float32Array(words.buffer)
    const { header, explanations } = JSON.parse(
      Buffer.from(words.buffer, 4 * PREFIX, length).toString(),
    ) as { header: H; explanations?: readonly (ItemExplanation | null)[] }
    const places = Array.from({ length: n }, (_, i): Place => {
      const score = scores[first + 2 * n + i]!
      const explanation = explanations?.[i]
      const sources = words[first + n + i]!
      const slot = sources >>> SLOT_BIT
      return {
        item: words[first + i]!,
        sources: sources & SOURCES_MASK,
        ...(slot > 0 && { slot }),
        score: Number.isNaN(score) ? null : score,
        ...(explanation && { explanation }),
      }
    })
    return { header, places }
  } catch (cause) {
    throw new ExploreError('STATE_BROKEN', `${what} is unreadable`, { cause })
  }
}
