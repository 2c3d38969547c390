import type { Shard, TableName } from '@explore/adapters'
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
  /** And the tables that it reads. */
  readonly tables: readonly TableName[]
  readonly service: (host: StageHost, shard: Shard) => ServedService
  /** Where `explore fleet` and docs put it. */
  readonly port: number
}

export const stages: Readonly<Record<StageName, Stage>> = {
  'retrieval-sources': {
    models: ['retrieval-user', 'retrieval-item'],
    // Neighbours of what the bundle lists none for are searched by its vector.
    tables: ['vectors', 'neighbours', 'index'],
    service: retrievalService,
    port: 7101,
  },
  'first-stage': {
    models: ['first-user', 'first-item'],
    tables: ['firstItems'],
    service: firstStageService,
    port: 7102,
  },
  'second-stage-mtml': {
    models: ['second-stage'],
    tables: [],
    service: secondStageService,
    port: 7103,
  },
  'value-model-rerank': {
    models: ['retrieval-item'],
    tables: ['vectors'],
    service: rerankService,
    port: 7104,
  },
  // Shards follow each other from here on.
  'ann-index': {
    models: ['retrieval-item'],
    tables: ['vectors', 'index'],
    service: annService,
    port: 7110,
  },
}
