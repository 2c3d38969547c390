import { type Elsewhere, HEADS, type Heads, secondStage, type Settings } from '@explore/explore'
import { slateOf } from '@explore/pipeline'
import { bytesOf, type ColumnReader } from '../columns.ts'
import type { ServedService } from '../rpc-server.ts'
import { callOf, contextOf, itemsOf, type StageHost, viewerOf } from './host.ts'
import { type Caller, callMessage, rankedViewerMessage, type StageLink } from './link.ts'
import { definitionOf, type StageCallMessage, type StageViewerMessage } from './messages.ts'
import { answered } from './traced.ts'

interface Request {
  readonly call: StageCallMessage | null
  readonly viewer: StageViewerMessage | null
  readonly items: Uint8Array
}

interface Response {
  readonly probabilities: Uint8Array
}

/** The second stage of the service behind `link`. */
export const remoteSecondStage = (
  link: StageLink,
  caller: Caller,
  settings: Settings,
): NonNullable<Elsewhere['secondStage']> => ({
  name: 'second stage',
  load: async ({ length, items }, viewer, context) => {
    const request: Request = {
      call: callMessage(caller, settings, context),
      viewer: rankedViewerMessage(viewer),
      items: bytesOf(items),
    }
    const { probabilities } = await link.call<Response>('Predict', request, context)
    return headsOf(probabilities, length, answered)
  },
})

export const secondStageService = (host: StageHost): ServedService => ({
  definition: definitionOf('second-stage-mtml'),
  handlers: {
    Predict: async (request: Request, served): Promise<Response> => {
      const call = callOf(request.call)
      return host.on(call, async hosted => {
        const viewer = viewerOf(request.viewer, call, hosted)
        const slate = slateOf(itemsOf(request.items, hosted.stores.catalogue), {})
        const context = contextOf(call, served)
        const heads = await secondStage(hosted.stores).load(slate, viewer, context)
        return { probabilities: probabilitiesOf(heads, slate.length) }
      })
    },
  },
})

/** All heads as one column, head by head. */
export const probabilitiesOf = (heads: Heads, length: number): Uint8Array => {
  const all = new Float32Array(HEADS.length * length)
  HEADS.forEach((head, i) => all.set(heads[head], i * length))
  return bytesOf(all)
}

export const headsOf = (bytes: Uint8Array, length: number, reader: ColumnReader): Heads => {
  const all = reader.f32(bytes, 'probabilities', { rows: HEADS.length * length })
  const column = (i: number): Float32Array => all.subarray(i * length, (i + 1) * length)
  return Object.fromEntries(HEADS.map((head, i) => [head, column(i)])) as Heads
}
