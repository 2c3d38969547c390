import { type Elsewhere, type Rankable, reranking, type Settings } from '@explore/explore'
import { allRows, extend, type Slate, slateOf, take } from '@explore/pipeline'
import { bytesOf } from '../columns.ts'
import type { ServedService } from '../rpc-server.ts'
import { asked, callOf, contextOf, itemsOf, type StageHost, viewerOf } from './host.ts'
import { perHosted } from './hosted-funnels.ts'
import { type Caller, callMessage, countedViewerMessage, type StageLink } from './link.ts'
import { definitionOf, type StageCallMessage, type StageViewerMessage } from './messages.ts'
import { headsOf, probabilitiesOf } from './second-stage.ts'
import { answered, traceOf } from './traced.ts'

interface Request {
  readonly call: StageCallMessage | null
  readonly viewer: StageViewerMessage | null
  readonly items: Uint8Array
  readonly sources: Uint8Array
  readonly draw: Uint8Array
  readonly probabilities: Uint8Array
}

interface Response {
  readonly rows: Uint8Array
  readonly value: Uint8Array
  readonly score: Uint8Array
  readonly scoreRank: Uint8Array
  readonly slot: Uint8Array
  readonly trace: string
}

/** Value model and reranking by the service behind `link`. */
export const remoteReranking = (
  link: StageLink,
  caller: Caller,
  settings: Settings,
): NonNullable<Elsewhere['reranking']> => ({
  name: 'reranking',
  run: async (viewer, context, options, slate) => {
    const request: Request = {
      call: callMessage(caller, settings, context, options),
      viewer: countedViewerMessage(viewer),
      items: bytesOf(slate.items),
      sources: bytesOf(slate.sources),
      draw: bytesOf(slate.draw),
      probabilities: probabilitiesOf(slate, slate.length),
    }
    const answer = await link.call<Response>('Rerank', request, context)
    const rows = answered.u32(answer.rows, 'rows', { below: slate.length })
    if (new Set(rows).size !== rows.length) answered.refuse('rows', 'has a row twice')
    const demand = { rows: rows.length }
    const columns = {
      value: answered.f32(answer.value, 'value', demand),
      score: answered.f32(answer.score, 'score', demand),
      scoreRank: answered.u32(answer.scoreRank, 'score_rank', demand),
      slot: answered.u8(answer.slot, 'slot', demand),
    }
    return {
      slate: extend(take<Rankable>(slate, rows), columns, 'reranking'),
      trace: traceOf(answer.trace),
    }
  },
})

export const rerankService = (host: StageHost): ServedService => {
  const funnelOf = perHosted(({ stores, settings }) => reranking(stores, settings))
  return {
    definition: definitionOf('value-model-rerank'),
    handlers: {
      Rerank: async (request: Request, served): Promise<Response> => {
        const call = callOf(request.call)
        return host.on(call, async hosted => {
          const viewer = viewerOf(request.viewer, call, hosted)
          const from = slateFrom(request, itemsOf(request.items, hosted.stores.catalogue))
          const context = contextOf(call, served)
          const { slate, trace } = await funnelOf(hosted).run(
            viewer,
            context,
            { watch: call.watch },
            from,
          )
          const { row } = slate as unknown as { readonly row: Uint32Array }
          return {
            rows: bytesOf(row),
            value: bytesOf(slate.value),
            score: bytesOf(slate.score),
            scoreRank: bytesOf(slate.scoreRank),
            slot: bytesOf(slate.slot),
            trace: JSON.stringify(trace),
          }
        })
      },
    },
  }
}

/** The columns that reranking reads, and each row's number, which travels with it. */
const slateFrom = (request: Request, items: Uint32Array): Slate<Rankable> => {
  const { length } = items
  const rows = { rows: length }
  return slateOf(items, {
    sources: asked.u32(request.sources, 'sources', rows),
    draw: asked.f32(request.draw, 'draw', rows),
    ...headsOf(request.probabilities, length, asked),
    row: allRows(length),
  }) as unknown as Slate<Rankable>
}
