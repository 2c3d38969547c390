import { type Found, type Mixer, slateOf, top } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Retrieved } from '../retrieved.ts'
import type { Settings } from '../settings.ts'
import { SOURCES, type SourceName } from '../types.ts'
import type { Viewer } from '../viewer.ts'

/** Marks a candidate that has its place, in the highest bit of its source mask. */
const TAKEN = 1 << 31

/** Places at a list's head that differ little: as in the paper. */
const RANK_CONSTANT = 60

/**
 * Weighted round robin over the sources: each fills its share of `width.candidates`, in its own order. A candidate
 * that several found counts for the one whose turn it was; a dry source's turns go to the others. What has a
 * place is ordered by weighted reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): what several
 * sources agree on comes first.
 */
export const mixer = (catalogue: Catalogue, settings: Settings): Mixer<Viewer, Retrieved> => {
  /** Source mask, Thompson draw and fused score by ordinal, all 0 between calls. */
  let masks = new Uint32Array(0)
  let drawn = new Float32Array(0)
  let fused = new Float32Array(0)
  const weightsOf = (names: readonly string[], { group }: Viewer): Float64Array =>
    Float64Array.from(names, name => settings[`sources.${name as SourceName}.weight.${group}`])

  return {
    shares: (names, viewer) => {
      const weights = weightsOf(names, viewer)
      const sum = weights.reduce((a, b) => a + b, 0)
      const total = settings['width.candidates']
      return Uint32Array.from(weights, weight =>
        weight === 0
          ? 0
          : Math.min(total, Math.ceil((total * weight * settings['width.overfetch']) / sum)),
      )
    },

    mix: (found, names, viewer) => {
      if (masks.length < catalogue.size) {
        masks = new Uint32Array(catalogue.size)
        drawn = new Float32Array(catalogue.size)
        fused = new Float32Array(catalogue.size)
      }
      const weights = weightsOf(names, viewer)
      for (let i = 0; i < found.length; i++) {
        const { items } = found[i]!
        const weight = weights[i]!
        const bit = 1 << SOURCES.indexOf(names[i] as SourceName)
        for (let row = 0; row < items.length; row++) {
          masks[items[row]!]! |= bit
          fused[items[row]!]! += weight / (RANK_CONSTANT + row)
        }
      }
      const cold = found[names.indexOf('explore-cold')]
      if (cold !== undefined) {
        for (let row = 0; row < cold.items.length; row++)
          drawn[cold.items[row]!] = cold.scores[row]!
      }

      const placed = interleave(found, weights, settings['width.candidates'], masks)
      const scores = new Float32Array(placed.length)
      for (let i = 0; i < placed.length; i++) scores[i] = fused[placed[i]!]!
      const order = top(scores, placed.length)
      const items = new Uint32Array(placed.length)
      const columns = unmixed(settings)(items, 0)
      for (let row = 0; row < items.length; row++) {
        const item = placed[order[row]!]!
        items[row] = item
        columns.sources[row] = masks[item]! & ~TAKEN
        columns.mixRank[row] = row
        columns.mixed[row] = 1 - row / items.length
        columns.draw[row] = drawn[item]!
      }
      for (const { items } of found) {
        for (let row = 0; row < items.length; row++) {
          masks[items[row]!] = 0
          fused[items[row]!] = 0
          drawn[items[row]!] = 0
        }
      }
      return slateOf(items, columns)
    },
  }
}

/** Smooth weighted round robin: each turn everyone earns its weight, and the richest pays what all earned. */
const interleave = (
  found: readonly Found[],
  weights: Float64Array,
  total: number,
  masks: Uint32Array,
): Uint32Array => {
  const items = new Uint32Array(total)
  const next = new Uint32Array(found.length)
  const credit = new Float64Array(found.length)
  let alive = found.map((_, i) => i)
  let taken = 0
  while (taken < total && alive.length > 0) {
    let earned = 0
    let turn = alive[0]!
    for (const i of alive) {
      credit[i]! += weights[i]!
      earned += weights[i]!
      if (credit[i]! > credit[turn]!) turn = i
    }
    const list = found[turn]!.items
    let at = next[turn]!
    // An item beyond the catalogue has no mask, and no place either.
    while (at < list.length && !(masks[list[at]!]! >= 0 && (masks[list[at]!]! & TAKEN) === 0)) at++
    next[turn] = at + 1
    if (at < list.length) {
      items[taken++] = list[at]!
      masks[list[at]!]! |= TAKEN
      credit[turn]! -= earned
    } else alive = alive.filter(i => i !== turn)
  }
  return items.slice(0, taken)
}

/** Columns of candidates that came from no source, behind all that did. */
export const unmixed =
  (settings: Settings) =>
  ({ length }: Uint32Array, from: number): Retrieved => {
    const first = settings['width.candidates'] + from
    const mixRank = new Uint32Array(length)
    for (let row = 0; row < length; row++) mixRank[row] = first + row
    return {
      sources: new Uint32Array(length),
      mixRank,
      mixed: new Float32Array(length),
      draw: new Float32Array(length),
      slot: new Uint8Array(length),
    }
  }
