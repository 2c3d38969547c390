import { type Found, type Mixer, slateOf } from '@explore/pipeline'
import type { Retrieved } from '../retrieved.ts'
import type { Settings } from '../settings.ts'
import { SOURCES, type SourceName } from '../types.ts'
import type { Viewer } from '../viewer.ts'

const weightsOf = (names: readonly string[], { group }: Viewer, settings: Settings): number[] =>
  names.map(name => settings[`sources.${name as SourceName}.weight.${group}`])

/**
 * Weighted round robin over the sources: each fills its share of `width.candidates`, in its own order.
 * A candidate that several found counts for the one whose turn it was; a dry source's turns go to the others.
 */
export const mixer = (settings: Settings): Mixer<Viewer, Retrieved> => ({
  shares: (names, viewer) => {
    const weights = weightsOf(names, viewer, settings)
    const sum = weights.reduce((a, b) => a + b, 0)
    const total = settings['width.candidates']
    return Uint32Array.from(weights, weight =>
      weight === 0
        ? 0
        : Math.min(total, Math.ceil((total * weight * settings['width.overfetch']) / sum)),
    )
  },

  mix: (found, names, viewer) => {
    const masks = sourceMasks(found, names)
    const items = interleave(
      found,
      weightsOf(names, viewer, settings),
      settings['width.candidates'],
    )
    const cold = names.indexOf('explore-cold')
    const draws = new Map<number, number>()
    found[cold]?.items.forEach((item, i) => draws.set(item, found[cold]!.scores[i]!))
    return slateOf(items, {
      sources: Uint32Array.from(items, item => masks.get(item)!),
      mixRank: Uint32Array.from(items.keys()),
      mixed: Float32Array.from(items, (_, row) => 1 - row / items.length),
      draw: Float32Array.from(items, item => draws.get(item) ?? 0),
    })
  },
})

const sourceMasks = (found: readonly Found[], names: readonly string[]): Map<number, number> => {
  const masks = new Map<number, number>()
  found.forEach(({ items }, i) => {
    const bit = 1 << SOURCES.indexOf(names[i] as SourceName)
    for (const item of items) masks.set(item, (masks.get(item) ?? 0) | bit)
  })
  return masks
}

const interleave = (
  found: readonly Found[],
  weights: readonly number[],
  total: number,
): Uint32Array => {
  const taken = new Set<number>()
  const next = found.map(() => 0)
  const credit = found.map(() => 0)
  const alive = new Set(found.keys())
  while (taken.size < total && alive.size > 0) {
    // Smooth weighted round robin: everyone earns its weight, the richest pays the round's sum.
    let sum = 0
    let turn = -1
    for (const i of alive) {
      credit[i]! += weights[i]!
      sum += weights[i]!
      if (turn < 0 || credit[i]! > credit[turn]!) turn = i
    }
    const { items } = found[turn]!
    while (next[turn]! < items.length && taken.has(items[next[turn]!]!)) next[turn]!++
    if (next[turn]! < items.length) {
      taken.add(items[next[turn]!++]!)
      credit[turn]! -= sum
    } else alive.delete(turn)
  }
  return Uint32Array.from(taken)
}

/** Columns of candidates that came from no source, behind all that did. */
export const unmixed = ({ items }: Found): Retrieved => ({
  sources: new Uint32Array(items.length),
  mixRank: new Uint32Array(items.length).fill(0xffff_ffff),
  mixed: new Float32Array(items.length),
  draw: new Float32Array(items.length),
})
