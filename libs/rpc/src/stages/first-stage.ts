import type { Elsewhere, Settings } from '@explore/explore'
import { bytesOf } from '../columns.ts'
import type { ServedService } from '../rpc-server.ts'
import { callOf, itemsOf, type StageHost, viewerOf } from './host.ts'
import { type Caller, callMessage, rankedViewerMessage, type StageLink } from './link.ts'
import { definitionOf, type StageCallMessage, type StageViewerMessage } from './messages.ts'
import { answered } from './traced.ts'

interface Request {
  readonly call: StageCallMessage | null
  readonly viewer: StageViewerMessage | null
  readonly items: Uint8Array
}

interface Response {
  readonly light: Uint8Array
}

/** The first stage of the service behind `link`. */
export const remoteFirstStage = (
  link: StageLink,
  caller: Caller,
  settings: Settings,
): NonNullable<Elsewhere['firstStage']> => ({
  name: 'first stage',
  load: async ({ length, items }, viewer, context) => {
    const request: Request = {
      call: callMessage(caller, settings, context),
      viewer: rankedViewerMessage(viewer),
      items: bytesOf(items),
    }
    const { light } = await link.call<Response>('Score', request, context)
    return { light: answered.f32(light, 'light', { rows: length }) }
  },
})

export const firstStageService = (host: StageHost): ServedService => ({
  definition: definitionOf('first-stage'),
  handlers: {
    Score: async (request: Request): Promise<Response> => {
      const call = callOf(request.call)
      return host.on(call, async hosted => {
        const { catalogue, bundle } = hosted.stores
        const { features } = viewerOf(request.viewer, call, hosted)
        const items = itemsOf(request.items, catalogue)
        return { light: bytesOf(await bundle.firstStage.score(features, items)) }
      })
    },
  },
})
