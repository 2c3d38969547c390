import { ExploreError } from '@explore/explore'
import { show } from './graph/dims.ts'
import type { Tensor } from './graph/types.ts'
import { ARRAYS, type Data } from './onnx/types.ts'
import type { Value } from './runtime.ts'

/** An input's elements; with `dims` where more than one of its lengths is not known yet. */
export type Feed = Data | Value

export type Feeds = Readonly<Record<string, Feed>>

/**
 * Checks one feed against its declaration and adds the lengths that it reveals to `names`. Throws
 * FEED_INVALID.
 */
export const bindFeed = (
  input: Tensor,
  feed: Feed | undefined,
  names: Map<string, number>,
): Value => {
  const fail = (what: string) => {
    const declared = `${input.dtype} ${show(input.shape)}`
    return new ExploreError('FEED_INVALID', `input '${input.name}' (${declared}) ${what}`, {
      field: input.name,
    })
  }
  if (!feed) throw fail('is missing')
  const data = 'data' in feed ? feed.data : feed
  if (!(data instanceof ARRAYS[input.dtype])) throw fail(`got a ${data.constructor.name}`)
  const dims = 'data' in feed ? feed.dims : infer(input, data.length, names)
  if (!dims) throw fail('needs explicit dims')
  const fits =
    dims.length === input.shape.length &&
    dims.every((dim, i) => {
      const declared = input.shape[i]
      if (typeof declared === 'number') return declared === dim
      const known = names.get(declared as string)
      if (known === undefined) names.set(declared as string, dim)
      return known === undefined || known === dim
    })
  if (!fits) {
    const known = [...names].map(([name, length]) => `${name} = ${length}`)
    throw fail(`got ${show(dims)} where ${known.join(', ')}`)
  }
  if (dims.reduce((size, dim) => size * dim, 1) !== data.length) {
    throw fail(`got ${data.length} elements for ${show(dims)}`)
  }
  return { data, dims }
}

/** A shape with at most one length open, from the number of elements. */
const infer = (input: Tensor, length: number, names: ReadonlyMap<string, number>) => {
  const open = input.shape.filter(dim => typeof dim === 'string' && !names.has(dim))
  if (open.length > 1) return undefined
  const known = input.shape
    .filter(dim => dim !== open[0])
    .reduce<number>(
      (size, dim) => size * (typeof dim === 'number' ? dim : (names.get(dim) ?? 1)),
      1,
    )
  return input.shape.map(dim =>
    typeof dim === 'number' ? dim : (names.get(dim) ?? Math.floor(length / known)),
  )
}
