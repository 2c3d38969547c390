import { type LoadOptions, mergeAll, TABLE_NAMES } from '@explore/adapters'
import type { Cut } from '@explore/embedded'
import { type Catalogue, MODEL_NAMES, type Retriever } from '@explore/explore'
import {
  type MutualTls,
  remoteFirstStage,
  remoteReranking,
  remoteRetrieval,
  remoteSearch,
  remoteSecondStage,
  type StageLink,
  stageLink,
  type StageName,
} from '@explore/rpc'
import type { StageAddresses } from './stage-environment.ts'
import { stages } from './stages.ts'

/**
 * Connections to the stages that run elsewhere: one per stage, of the index one per shard. With `tls` the certificate of each must
 * have the stage's name, wherever it runs.
 */
export const stageLinks = (addresses: StageAddresses, wall: () => number, tls?: MutualTls) => {
  const links = new Map<StageName, readonly StageLink[]>()
  for (const [stage, shards] of Object.entries(addresses) as [StageName, readonly string[]][]) {
    links.set(
      stage,
      shards.map(address =>
        stageLink(stage, address, { wall, ...(tls && { credentials: tls.client(stage) }) }),
      ),
    )
  }
  const all = [...links.values()].flat()

  return {
    all,

    /** The index's search, where it has a service; for the process that runs retrieval. */
    search: (bundle: string, catalogue: Catalogue): Retriever['search'] | undefined => {
      const shards = links.get('ann-index')
      return shards && remoteSearch({ links: shards, merge: mergeAll }, { bundle, catalogue })
    },

    /** How a page engine is cut by them. */
    cut(bundle: string, catalogue: Catalogue): Cut {
      const caller = { bundle, catalogue }
      const link = (stage: StageName): StageLink | undefined => links.get(stage)?.[0]
      const [retrieval, first, second, reranking] = [
        link('retrieval-sources'),
        link('first-stage'),
        link('second-stage-mtml'),
        link('value-model-rerank'),
      ]
      const search = retrieval === undefined ? this.search(bundle, catalogue) : undefined
      return {
        elsewhere: settings => ({
          ...(retrieval && { retrieval: remoteRetrieval(retrieval, caller, settings) }),
          ...(first && { firstStage: remoteFirstStage(first, caller, settings) }),
          ...(second && { secondStage: remoteSecondStage(second, caller, settings) }),
          ...(reranking && { reranking: remoteReranking(reranking, caller, settings) }),
        }),
        load: { ...leftBeside([...links.keys()]), ...(search && { search }) },
      }
    },

    close: (): void => {
      for (const each of all) each.close()
      tls?.close()
    },
  }
}

export type StageLinks = ReturnType<typeof stageLinks>

/** The models and tables of the stages that are left to this process. */
const leftBeside = (elsewhere: readonly StageName[]): Pick<LoadOptions, 'models' | 'tables'> => {
  const here = (Object.keys(stages) as StageName[])
    .filter(stage => stage !== 'ann-index' && !elsewhere.includes(stage))
    .map(stage => stages[stage])
  return {
    models: MODEL_NAMES.filter(name => here.some(({ models }) => models.includes(name))),
    tables: TABLE_NAMES.filter(name => here.some(({ tables }) => tables.includes(name))),
  }
}
