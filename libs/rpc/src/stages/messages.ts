import { loadProtos, serviceOf } from '../protos.ts'

/** The services between which the funnel can be cut, as they are named on the command line and in docs. */
export const STAGES = {
  'retrieval-sources': 'RetrievalSourcesService',
  'ann-index': 'AnnIndexService',
  'first-stage': 'FirstStageService',
  'second-stage-mtml': 'SecondStageService',
  'value-model-rerank': 'ValueModelRerankService',
} as const

export type StageName = keyof typeof STAGES

export const stageProtos = loadProtos(
  'explore/v1/stage.proto',
  'explore/v1/retrieval_sources.proto',
  'explore/v1/ann_index.proto',
  'explore/v1/first_stage.proto',
  'explore/v1/second_stage.proto',
  'explore/v1/value_model_rerank.proto',
)

export const definitionOf = (stage: StageName) =>
  serviceOf(stageProtos, `explore.v1.${STAGES[stage]}`)

export const bundleDefinition = serviceOf(stageProtos, 'explore.v1.BundleService')

/** The messages of protos/explore/v1/stage.proto, as both ends see them. */
export interface StageCallMessage {
  readonly bundle: string
  readonly catalogueVersion: number
  readonly nowMs: number
  readonly seed: string
  readonly explain: boolean
  readonly watch?: number
  readonly settings: string
}

export interface StageViewerMessage {
  readonly id: string
  readonly state: Uint8Array
  readonly segment: string
  readonly attributes: Uint8Array
  readonly surface: number
  readonly served: Uint8Array
}
