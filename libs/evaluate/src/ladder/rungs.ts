import { type Bundle, type Elsewhere, ExploreError, type PageStores } from '@explore/explore'

/** What a gateway with models makes pages from. */
export type Serving = PageStores & { readonly bundle: Bundle }

/** A state of the fleet in which part of it does not answer. */
export interface Rung {
  readonly name: string
  readonly without: (whole: Serving) => Serving
  /** The viewer has a page that the off-peak job made. */
  readonly precomputed?: boolean
  /** Chance falls otherwise: what two full pages differ by. */
  readonly otherDraws?: boolean
}

/** What a stage's binding does when its service does not answer. */
const away = async (): Promise<never> => {
  throw new ExploreError('SERVICE_UNREACHABLE', 'taken away to measure what is lost')
}

const FIRST_STAGE: Elsewhere = { firstStage: { name: 'first stage', load: away } }
const SECOND_STAGE: Elsewhere = { secondStage: { name: 'second stage', load: away } }
const RERANKING: Elsewhere = { reranking: { name: 'reranking', run: away } }
const RETRIEVAL: Elsewhere = { retrieval: { name: 'retrieval', run: away } }

const stages =
  (...gone: readonly Elsewhere[]): Rung['without'] =>
  whole => ({ ...whole, elsewhere: () => Object.assign({}, ...gone) as Elsewhere })

const index: Rung['without'] = ({ bundle, ...rest }) => ({
  ...rest,
  bundle: { ...bundle, retriever: { ...bundle.retriever, search: away } },
})

/** The viewer is read, and nothing else that is kept for many. */
const lists: Rung['without'] = ({ state, ...rest }) => ({
  ...rest,
  state: { ...state, get: away, top: away },
})

/** From the whole funnel down to the catalogue alone; the bindings fail, and the ladder does the rest. */
export const RUNGS: readonly Rung[] = [
  { name: 'nothing', without: whole => whole },
  { name: 'nothing (other draws)', without: whole => whole, otherDraws: true },
  { name: 'value-model-rerank', without: stages(RERANKING) },
  { name: 'ann-index', without: index },
  { name: 'stored lists', without: lists },
  { name: 'first-stage', without: stages(FIRST_STAGE) },
  { name: 'second-stage-mtml', without: stages(SECOND_STAGE) },
  {
    name: 'both rankers (a page made before)',
    without: stages(FIRST_STAGE, SECOND_STAGE),
    precomputed: true,
  },
  { name: 'both rankers', without: stages(FIRST_STAGE, SECOND_STAGE) },
  {
    name: 'retrieval-sources (a page made before)',
    without: stages(RETRIEVAL),
    precomputed: true,
  },
  { name: 'retrieval-sources', without: stages(RETRIEVAL) },
  {
    name: 'all but the catalogue',
    without: whole => stages(RETRIEVAL, FIRST_STAGE, SECOND_STAGE, RERANKING)(lists(whole)),
  },
]
