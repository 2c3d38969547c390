import {
  CANDIDATE_CROSS,
  CANDIDATE_DENSE,
  type CandidateFeatures,
  HISTORY,
  ITEM_ATTRIBUTES,
  ITEM_TOPICS,
  type ItemFeatures,
  USER_ATTRIBUTES,
  VIEWER_DENSE,
  type ViewerFeatures,
} from '@explore/explore'
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { Dim, DType } from '../onnx/types.ts'

/** dtype and the lengths after the first of each input, by the bundle format. */
type Signature<Fields extends string> = Readonly<Record<Fields, readonly [DType, ...number[]]>>

type ItemFields = Exclude<keyof ItemFeatures, 'rows'>
type PairFields = 'viewer' | 'dense' | 'cross'

const VIEWER: Signature<Exclude<keyof ViewerFeatures, 'rows'>> = {
  historyItems: ['int32', HISTORY],
  historyAuthors: ['int32', HISTORY],
  historyTopics: ['int32', HISTORY],
  historyKinds: ['int32', HISTORY],
  historyAges: ['int32', HISTORY],
  attributes: ['int32', USER_ATTRIBUTES],
  surface: ['int32'],
  hour: ['int32'],
  dense: ['float32', VIEWER_DENSE],
}

const ITEM: Signature<ItemFields> = {
  items: ['int32'],
  authors: ['int32'],
  topics: ['int32', ITEM_TOPICS],
  attributes: ['int32', ITEM_ATTRIBUTES],
  durations: ['int32'],
}

const CANDIDATE: Signature<PairFields> = {
  viewer: ['int32'],
  dense: ['float32', CANDIDATE_DENSE],
  cross: ['float32', CANDIDATE_CROSS],
}

const inputs =
  <Fields extends string>(group: string, lead: Dim, signature: Signature<Fields>) =>
  (g: Graph, rows = lead): Readonly<Record<Fields, Tensor>> => {
    const entries = Object.entries<readonly [DType, ...number[]]>(signature)
    return Object.fromEntries(
      entries.map(([field, [dtype, ...lengths]]) => [
        field,
        g.input(`${group}.${field}`, dtype, [rows, ...lengths]),
      ]),
    ) as Record<Fields, Tensor>
  }

/** Declares the inputs `viewer.*` [viewers, …], or [1, …]; a model exports those that it uses. */
export const viewerInputs = inputs('viewer', 'viewers', VIEWER)
/** Declares the inputs `item.*` [rows, …]. */
export const itemInputs = inputs('item', 'rows', ITEM)
/** Declares the inputs `candidate.*` [rows, …]. */
export const candidateInputs = inputs('candidate', 'rows', CANDIDATE)

/** Input name → elements and lengths. */
type ModelFeeds = Record<
  string,
  { readonly data: Int32Array | Float32Array; readonly dims: readonly number[] }
>

const feeds = <Fields extends string>(
  group: string,
  signature: Signature<Fields>,
  features: Readonly<Record<Fields, Int32Array | Float32Array>> & { readonly rows: number },
): ModelFeeds =>
  Object.fromEntries(
    Object.entries<readonly [DType, ...number[]]>(signature).map(([field, [, ...lengths]]) => [
      `${group}.${field}`,
      { data: features[field as Fields], dims: [features.rows, ...lengths] },
    ]),
  )

/** What a model is fed of its viewers, by input name. */
export const viewerFeeds = (viewers: ViewerFeatures): ModelFeeds => feeds('viewer', VIEWER, viewers)
/** What a model is fed of items. */
export const itemFeeds = (items: ItemFeatures): ModelFeeds => feeds('item', ITEM, items)
/** What a model is fed of candidates: their content as items, and what is the pair's. */
export const candidateFeeds = (candidates: CandidateFeatures): ModelFeeds => ({
  ...itemFeeds(candidates),
  ...feeds('candidate', CANDIDATE, candidates),
})
