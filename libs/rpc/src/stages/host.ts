import {
  type Catalogue,
  decodeUserState,
  ExploreError,
  type Settings,
  type Stores,
  USER_ATTRIBUTES,
  type UserState,
  type Viewer,
  viewerFrom,
} from '@explore/explore'
import type { Context } from '@explore/pipeline'
import { columnReader } from '../columns.ts'
import type { ServedCall, ServedService } from '../rpc-server.ts'
import { bundleDefinition, type StageCallMessage, type StageViewerMessage } from './messages.ts'

/** One bundle of a service with the settings of a call. Both are the same objects for the same bundle and settings. */
export interface Hosted {
  readonly stores: Stores
  readonly settings: Settings
}

/** What a process gives its service: bundles, a catalogue that keeps up, settings as calls bring them. */
export interface StageHost {
  /**
   * Runs `work` on the bundle asked for, which is kept until it is done, on a catalogue at least as new as the caller's.
   * Throws BUNDLE_OTHER, CATALOGUE_BEHIND, SETTING_INVALID.
   */
  readonly on: <T>(
    call: Pick<StageCallMessage, 'bundle' | 'catalogueVersion' | 'nowMs' | 'settings'>,
    work: (hosted: Hosted) => Promise<T>,
  ) => Promise<T>
  /** Loads a bundle; resolves with all that can be asked for. */
  readonly prepare: (bundle: string) => Promise<readonly string[]>
}

/** Columns of what callers send. */
export const asked = columnReader('MESSAGE_INVALID')

export const bundleService = (host: Pick<StageHost, 'prepare'>): ServedService => ({
  definition: bundleDefinition,
  handlers: {
    Prepare: async ({ bundle }: { readonly bundle: string }) => ({
      bundles: await host.prepare(bundle),
    }),
  },
})

/** The call of a request, which the message may lack, at a time that there is. */
export const callOf = (message: StageCallMessage | null): StageCallMessage => {
  const call = message ?? asked.refuse('call', 'is missing')
  if (isTime(call.nowMs) && call.nowMs >= 0) return call
  return asked.refuse('call.now_ms', `is ${call.nowMs}, which is no time`)
}

export const contextOf = (
  { nowMs: now, seed, explain }: StageCallMessage,
  { signal }: ServedCall,
): Context => ({ now, seed, explain, signal })

/** The viewer of a request as the caller sees them. Throws MESSAGE_INVALID. */
export const viewerOf = (
  message: StageViewerMessage | null,
  { nowMs: now }: StageCallMessage,
  { stores: { catalogue }, settings }: Hosted,
): Viewer => {
  const { id, state, segment, surface, ...columns } =
    message ?? asked.refuse('viewer', 'is missing')
  const attributes = asked.i32(columns.attributes, 'viewer.attributes', { rows: USER_ATTRIBUTES })
  const served = asked.u32(columns.served, 'viewer.served')
  return viewerFrom(
    { id, state: stateOf(state), attributes, segment, surface, served, now },
    catalogue,
    settings,
  )
}

/** Candidates that a caller names: the catalogue must know them. */
export const itemsOf = (bytes: Uint8Array, { size }: Catalogue): Uint32Array =>
  asked.u32(bytes, 'items', { below: size })

const stateOf = (bytes: Uint8Array): UserState => {
  let state: UserState
  try {
    state = decodeUserState(bytes)
  } catch (cause) {
    const { message } = cause as Error
    throw new ExploreError('MESSAGE_INVALID', message, { field: 'viewer.state', cause })
  }
  return isOfNumbers(state) ? state : asked.refuse('viewer.state', 'has what is no number')
}

/** Whether times and decayed counts are such: of what is none the models would make more. */
const isOfNumbers = (state: UserState): boolean =>
  isTime(state.firstSeen) &&
  isTime(state.lastSeen) &&
  [state.history, state.reactions, state.topics, state.authors].every(section =>
    Object.values(section).every(
      column =>
        !(column instanceof Float64Array || column instanceof Float32Array) ||
        column.subarray(0, section.length).every(isTime),
    ),
  )

/** The most that a Date may be away from 1970; false for NaN. */
const isTime = (ms: number): boolean => Math.abs(ms) <= 8.64e15
