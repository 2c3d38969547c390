import { deadline, type Elsewhere, retrieval, type Settings } from '@explore/explore'
import { allRows, type Columns, type Slate, slateOf, take } from '@explore/pipeline'
import { bytesOf } from '../columns.ts'
import type { ServedService } from '../rpc-server.ts'
import { callOf, contextOf, type StageHost, viewerOf } from './host.ts'
import { perHosted } from './hosted-funnels.ts'
import { type Caller, callMessage, type StageLink, viewerMessage } from './link.ts'
import { definitionOf, type StageCallMessage, type StageViewerMessage } from './messages.ts'
import { noticeRefusal, noticing } from './refused-bundle.ts'
import { answered, traceOf } from './traced.ts'

interface Request {
  readonly call: StageCallMessage | null
  readonly viewer: StageViewerMessage | null
}

interface Response {
  readonly items: Uint8Array
  readonly sources: Uint8Array
  readonly mixRank: Uint8Array
  readonly mixed: Uint8Array
  readonly draw: Uint8Array
  readonly trace: string
  readonly refused: boolean
}

/** Of a page's time, the most that retrieval may take; and of that, the sources. */
const SHARE = 0.8
const SOURCES = 0.75

/** Retrieval by the service behind `link`. */
export const remoteRetrieval = (
  link: StageLink,
  caller: Caller,
  settings: Settings,
): NonNullable<Elsewhere['retrieval']> => ({
  name: 'retrieval',
  run: async (viewer, context, options) => {
    const request: Request = {
      call: callMessage(caller, settings, context, options),
      viewer: viewerMessage(viewer),
    }
    const answer = await link.call<Response>('Retrieve', request, context, SHARE)
    if (answer.refused) noticeRefusal()
    const items = answered.u32(answer.items, 'items')
    const rows = { rows: items.length }
    const slate = slateOf(items, {
      sources: answered.u32(answer.sources, 'sources', rows),
      mixRank: answered.u32(answer.mixRank, 'mix_rank', rows),
      mixed: answered.f32(answer.mixed, 'mixed', rows),
      draw: answered.f32(answer.draw, 'draw', rows),
      // Reranking gives them.
      slot: new Uint8Array(items.length),
    })
    return {
      slate: known(slate, caller.catalogue.size),
      trace: traceOf(answer.trace),
    }
  },
})

/** What the service knows and this process does not yet is for the next request. */
const known = <C extends Columns>(slate: Slate<C>, size: number): Slate<C> => {
  const { items } = slate
  const rows = allRows(items.length)
  let kept = 0
  for (let row = 0; row < rows.length; row++) if (items[row]! < size) rows[kept++] = row
  return kept === items.length ? slate : take(slate, rows.subarray(0, kept))
}

export const retrievalService = (host: StageHost): ServedService => {
  const funnelOf = perHosted(({ stores, settings }) => retrieval(stores, settings))
  return {
    definition: definitionOf('retrieval-sources'),
    handlers: {
      Retrieve: async (request: Request, served): Promise<Response> => {
        const call = callOf(request.call)
        return host.on(call, async hosted => {
          const viewer = viewerOf(request.viewer, call, hosted)
          const most = hosted.settings['page.sourcesMs']
          const sources = deadline(Math.min(most, SOURCES * served.left))
          try {
            const context = { ...contextOf(call, served), retrieval: sources.signal }
            const options = { watch: call.watch }
            const { made, refused } = await noticing(() =>
              funnelOf(hosted).run(viewer, context, options),
            )
            const { slate, trace } = made
            return {
              items: bytesOf(slate.items),
              sources: bytesOf(slate.sources),
              mixRank: bytesOf(slate.mixRank),
              mixed: bytesOf(slate.mixed),
              draw: bytesOf(slate.draw),
              trace: JSON.stringify(trace),
              refused,
            }
          } finally {
            sources.clear()
          }
        })
      },
    },
  }
}
