import {
  type Catalogue,
  emptyUserState,
  encodeUserState,
  SETTINGS,
  type Settings,
  type UserState,
  type Viewer,
} from '@explore/explore'
import type { Context, RunOptions } from '@explore/pipeline'
import { breaker } from '../breaker.ts'
import { bytesOf } from '../columns.ts'
import { rpcClient, type RpcClientOptions } from '../rpc-client.ts'
import { noticed } from './refused-bundle.ts'
import {
  bundleDefinition,
  definitionOf,
  type StageCallMessage,
  type StageName,
  type StageViewerMessage,
} from './messages.ts'

/** A connection to one service, for all bundles and threads of control of this process. */
export interface StageLink {
  readonly stage: StageName
  readonly address: string
  /**
   * Asks, and takes a share of the time that is left at most: half by default, so that those behind it keep the other
   * half. Fails at once while the service gives no answers.
   */
  readonly call: <Response>(
    method: string,
    request: object,
    context: Pick<Context, 'signal' | 'deadline'>,
    share?: number,
  ) => Promise<Response>
  /** Has the service load a bundle; resolves when it can be asked for. */
  readonly prepare: (bundle: string, most: number) => Promise<void>
  readonly close: () => void
}

/** No request goes on for longer, whatever its caller would bear. */
const MOST_MS = 30_000

/** `wall`: the machine's clock, in milliseconds since the epoch. */
export const stageLink = (
  stage: StageName,
  address: string,
  { wall, ...options }: RpcClientOptions & { readonly wall: () => number },
): StageLink => {
  const client = rpcClient(definitionOf(stage), address, options)
  const bundles = rpcClient(bundleDefinition, address, options)
  const guarded = breaker(stage, () => performance.now())
  return {
    stage,
    address,
    call: (method, request, { signal, deadline = Infinity }, share = 0.5) => {
      const left = share * Math.min(MOST_MS, deadline - performance.now())
      const call = { signal, deadline: wall() + left }
      return guarded(() => client.call(method, request, call)).catch(noticed) as Promise<never>
    },
    prepare: async (bundle, most) => {
      await bundles.call('Prepare', { bundle }, { deadline: wall() + most })
    },
    close: () => {
      client.close()
      bundles.close()
    },
  }
}

/** What the calls of one bundle's requests have in common. */
export interface Caller {
  readonly bundle: string
  readonly catalogue: Pick<Catalogue, 'version' | 'size'>
}

export const callMessage = (
  { bundle, catalogue }: Caller,
  settings: Settings,
  { now, seed, explain = false }: Pick<Context, 'now' | 'seed' | 'explain'>,
  { watch }: RunOptions = {},
): StageCallMessage => ({
  bundle,
  catalogueVersion: catalogue.version,
  nowMs: now,
  seed,
  explain,
  ...(watch !== undefined && { watch }),
  settings: settingsText(settings),
})

const texts = new WeakMap<Settings, string>()

/** What is not at its default, as JSON: what `settingsFrom` takes. */
const settingsText = (settings: Settings): string => {
  const known = texts.get(settings)
  if (known !== undefined) return known
  const changed = Object.entries(settings).filter(
    ([key, value]) => value !== SETTINGS[key as keyof Settings].default,
  )
  const text = JSON.stringify(Object.fromEntries(changed))
  texts.set(settings, text)
  return text
}

/** All of a viewer but the ids of past events, which only the fold needs. */
export const viewerMessage = (viewer: Viewer): StageViewerMessage =>
  messageWith(viewer, encodeUserState(withoutIds(viewer.state)))

/** What rankers need: not what has been seen, which is most of it. */
export const rankedViewerMessage = (viewer: Viewer): StageViewerMessage => {
  const { state } = viewer
  const known = rankerStates.get(state)
  const bytes = known ?? encodeUserState({ ...withoutIds(state), seen: empty(state.seen) })
  rankerStates.set(state, bytes)
  return messageWith({ ...viewer, served: new Uint32Array(0) }, bytes)
}

/** What weights need: how active the viewer is. */
export const countedViewerMessage = (viewer: Viewer): StageViewerMessage =>
  messageWith(
    { ...viewer, served: new Uint32Array(0) },
    encodeUserState({ ...emptyUserState(), counts: viewer.state.counts }),
  )

/** Two stages are sent the same. */
const rankerStates = new WeakMap<UserState, Uint8Array>()

const messageWith = (viewer: Viewer, state: Uint8Array): StageViewerMessage => ({
  id: viewer.id,
  state,
  segment: viewer.segment,
  attributes: bytesOf(viewer.attributes),
  surface: viewer.surface,
  served: bytesOf(viewer.served),
})

const withoutIds = (state: UserState): UserState => ({
  ...state,
  dedupe: empty(state.dedupe),
  dedupeNext: 0,
})

const empty = <T extends { readonly length: number }>(section: T): T => ({ ...section, length: 0 })
