import type { Shard } from '@explore/adapters'
import type { ModelName } from '@explore/explore'
import {
  annService,
  firstStageService,
  rerankService,
  retrievalService,
  secondStageService,
  type ServedService,
  type StageHost,
  type StageName,
} from '@explore/rpc'

/** What one of the services is made of. */
interface Stage {
  /** The bundle's models that it runs. */
  readonly models: readonly ModelName[]
  readonly service: (host: StageHost, shard: Shard) => ServedService
  /** Where `explore fleet` and docs put it. */
  readonly port: number
}

export const stages: Readonly<Record<StageName, Stage>> = {
  'retrieval-sources': {
    models: ['retrieval-user', 'retrieval-item'],
    service: retrievalService,
    port: 7101,
  },
  'first-stage': {
    models: ['first-user', 'first-item'],
    service: firstStageService,
    port: 7102,
  },
  'second-stage-mtml': { models: ['second-stage'], service: secondStageService, port: 7103 },
  'value-model-rerank': { models: ['retrieval-item'], service: rerankService, port: 7104 },
  // Shards follow each other from here on.
  'ann-index': { models: ['retrieval-item'], service: annService, port: 7110 },
}
