import type { Catalogue } from '../catalogue.ts'
import { encodeList, listKey } from '../lists.ts'
import type { ProfileStore, Retriever, StateStore } from '../ports.ts'
import { attributeBuckets } from '../signals/feature-buckets.ts'
import { viewerFeatures } from '../signals/features.ts'
import { fillViewer, type ViewerFacts } from '../signals/fill-viewer.ts'
import { historyKind } from '../signals/history-kind.ts'
import { emptyUserState, HISTORY, type UserState } from '../signals/user-state.ts'
import { EVENT_TYPES, type Millis } from '../types.ts'
import { allUsers } from './all-users.ts'

const LENGTH = 300
/** Fewer lasting engagements than this are no long-term interest. */
const LEAST = 3
/** All engagements stand at this age, so that the latest do not drown the rest. */
const AGE = 3 * 86_400_000
/** Viewers whose lists are made and written at once. */
const BATCH = 250

/**
 * Pre-generates each viewer's list of long-term interests: the query tower over what they liked, saved, shared
 * and watched, without recency, against the item index. Returns how many lists it wrote.
 */
export const writeLongTermLists = async (
  stores: {
    readonly state: StateStore
    readonly profiles: Pick<ProfileStore, 'user'>
    readonly catalogue: Catalogue
    readonly retriever: Pick<Retriever, 'embed' | 'search'>
  },
  now: Millis,
  onProgress: (users: number) => void = () => {},
): Promise<number> => {
  const { state, profiles, catalogue, retriever } = stores
  let written = 0
  let batch: { readonly id: string; readonly facts: ViewerFacts }[] = []
  const flush = async (): Promise<void> => {
    const features = viewerFeatures(batch.length)
    batch.forEach(({ facts }, row) => fillViewer(features, row, facts, catalogue))
    const queries = await retriever.embed(features)
    const dimension = queries.length / batch.length
    const lists: (readonly [string, Uint8Array])[] = []
    for (const [row, { id }] of batch.entries()) {
      const query = queries.slice(row * dimension, (row + 1) * dimension)
      lists.push([listKey.longTerm(id), encodeList(await retriever.search(query, LENGTH))])
    }
    await state.putMany(lists)
    written += batch.length
    batch = []
    onProgress(written)
  }
  for await (const [id, own] of allUsers(state)) {
    const lasting = lastingInterests(own, catalogue, now)
    if (lasting.history.length < LEAST) continue
    const attributes = attributeBuckets(await profiles.user(id))
    batch.push({ id, facts: { state: lasting, attributes, surface: 0, now } })
    if (batch.length === BATCH) await flush()
  }
  if (batch.length > 0) await flush()
  return written
}

const LIKE = EVENT_TYPES.indexOf('like')
const SAVE = EVENT_TYPES.indexOf('save')
const LONG_VIEW = 2

/** The viewer's state with a history of all their lasting engagements, each of the same age. */
const lastingInterests = (own: UserState, catalogue: Catalogue, now: Millis): UserState => {
  const kinds = new Map<number, number>()
  for (let row = 0; row < own.reactions.length; row++) {
    if (own.reactions.on[row] === 0) continue
    const item = own.reactions.items[row]!
    kinds.set(item, (kinds.get(item) ?? 0) | (1 << own.reactions.types[row]!))
  }
  for (let row = 0; row < own.history.length; row++) {
    if (historyKind(own.history.kinds[row]!) < LONG_VIEW) continue
    const item = own.history.items[row]!
    kinds.set(item, (kinds.get(item) ?? 0) | own.history.kinds[row]!)
  }
  const disliked = (bits: number): boolean =>
    (bits & ((1 << EVENT_TYPES.indexOf('see_less')) | (1 << EVENT_TYPES.indexOf('report')))) !== 0
  const entries = [...kinds]
    .filter(([item, bits]) => !disliked(bits) && catalogue.servable(item))
    // Likes and saves outlast views where not all fit.
    .sort(([, a], [, b]) => weight(b) - weight(a))
    .slice(0, HISTORY)
  const { history } = emptyUserState()
  for (const [item, bits] of entries) {
    const row = history.length++
    history.items[row] = item
    history.kinds[row] = bits
    history.times[row] = now - AGE
  }
  return { ...own, history }
}

const weight = (bits: number): number => ((bits >> LIKE) & 1) + 2 * ((bits >> SAVE) & 1)
