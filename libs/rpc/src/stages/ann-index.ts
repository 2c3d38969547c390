import type { Retriever } from '@explore/explore'
import type { Column, Found } from '@explore/pipeline'
import { bytesOf } from '../columns.ts'
import type { ServedService } from '../rpc-server.ts'
import { asked, callOf, type StageHost } from './host.ts'
import type { Caller, StageLink } from './link.ts'
import { definitionOf, type StageCallMessage } from './messages.ts'
import { answered } from './traced.ts'

interface Request {
  readonly call: StageCallMessage | null
  readonly queries: Uint8Array
  readonly dimension: number
  readonly k: number
}

interface Response {
  readonly counts: Uint8Array
  readonly items: Uint8Array
  readonly scores: Uint8Array
  readonly part: number
  readonly of: number
}

export interface Shards {
  /** One link per shard, in their order. */
  readonly links: readonly StageLink[]
  /** Merges the lists of shards, best first. */
  readonly merge: (lists: readonly Found[], k: number) => Found
}

/** A search is none of a viewer's, and knows no time. */
const NOTHING_ELSE = { nowMs: 0, seed: '', explain: false, settings: '' }

/** Searches all shards at once. Those that fail are missing, and the answer says so; it fails when none is left. */
export const remoteSearch = (
  { links, merge }: Shards,
  { bundle, catalogue }: Caller,
): Retriever['search'] => {
  const ask = async (
    link: StageLink,
    part: number,
    query: Float32Array,
    k: number,
    signal: AbortSignal,
  ): Promise<Found> => {
    const call = { bundle, catalogueVersion: catalogue.version, ...NOTHING_ELSE }
    const request: Request = { call, queries: bytesOf(query), dimension: query.length, k }
    const answer = await link.call<Response>('Search', request, { signal })
    if (answer.part !== part || answer.of !== links.length) {
      const is = `is shard ${answer.part + 1} of ${answer.of}`
      answered.refuse('part', `${is}, not ${part + 1} of ${links.length}`)
    }
    const items = answered.u32(answer.items, 'items')
    const scores = answered.f32(answer.scores, 'scores', { rows: items.length })
    return { items, scores }
  }

  return async (query, k, signal = new AbortController().signal) => {
    const asks = links.map((link, part) => ask(link, part, query, k, signal))
    const settled = await Promise.allSettled(asks)
    const lists = settled.flatMap(ask => (ask.status === 'fulfilled' ? [ask.value] : []))
    if (lists.length === 0) throw (settled[0] as PromiseRejectedResult).reason
    const found = merge(lists, k)
    return lists.length === links.length
      ? found
      : { ...found, rung: `index without ${links.length - lists.length} of ${links.length} shards` }
  }
}

export const annService = (
  host: StageHost,
  { part, of }: { readonly part: number; readonly of: number },
): ServedService => ({
  definition: definitionOf('ann-index'),
  handlers: {
    Search: async (request: Request): Promise<Response> => {
      const { dimension, k } = request
      return host.on(callOf(request.call), async ({ stores }) => {
        const { retriever } = stores.bundle
        if (dimension !== retriever.dimension) {
          asked.refuse('dimension', `is ${dimension}, the bundle's is ${retriever.dimension}`)
        }
        const queries = asked.f32(request.queries, 'queries')
        if (queries.length % dimension !== 0) {
          asked.refuse('queries', `has ${queries.length} values, no multiple of ${dimension}`)
        }
        const found: Found[] = []
        for (let at = 0; at < queries.length; at += dimension) {
          found.push(await retriever.search(queries.subarray(at, at + dimension), k))
        }
        return {
          counts: bytesOf(Uint32Array.from(found, ({ items }) => items.length)),
          items: joined(found.map(({ items }) => items)),
          scores: joined(found.map(({ scores }) => scores)),
          ...{ part, of },
        }
      })
    },
  },
})

const joined = (columns: readonly Column[]): Uint8Array => Buffer.concat(columns.map(bytesOf))
