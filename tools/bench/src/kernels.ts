import {
  type Bundle,
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  decodeUserState,
  emptyUserState,
  fillCandidate,
  listKey,
  type Page,
  type ProfileStore,
  type Settings,
  type StateStore,
  type Viewer,
  viewerOf,
} from '@explore/explore'
import { cpuMs } from './cpu-time.ts'

/** One viewer's page and what it was made from: kernels run on the sizes that the funnel had for this viewer. */
export interface Sample {
  readonly page: Page
  readonly viewer: Viewer
  readonly query: Float32Array
  /** How many nearest items the funnel asked the index for. */
  readonly k: number
  /** As many candidates as the first stage scored. */
  readonly candidates: Uint32Array
  /** As many as the second stage ranked. */
  readonly best: Uint32Array
}

export interface Parts {
  readonly state: StateStore
  readonly profiles: ProfileStore
  readonly catalogue: Catalogue
  readonly bundle: Bundle
  readonly settings: Settings
  readonly now: () => number
}

/** The viewer as the page reads them. */
const readViewer = async (parts: Parts, id: string): Promise<Viewer> => {
  const { state, profiles, catalogue, settings, now } = parts
  const [bytes] = await state.users([id])
  const known = bytes === undefined ? emptyUserState() : decodeUserState(bytes)
  return viewerOf(
    { id, state: known, user: await profiles.user(id), now: now() },
    catalogue,
    settings,
  )
}

/** What `page`, asked for with its trace, was made from. */
export const sampleOf = async (parts: Parts, page: Page): Promise<Sample> => {
  const { retriever } = parts.bundle
  const viewer = await readViewer(parts, page.userId)
  const query = await retriever.embed(viewer.features)
  const step = (name: string) => page.trace?.find(({ step }) => step === name)
  const scored = step('first stage')?.in ?? 0
  const { items } = await retriever.search(query, scored)
  return {
    page,
    viewer,
    query,
    k: step('retrieve')?.counts?.['two-tower'] ?? 0,
    candidates: items,
    best: items.slice(0, step('second stage')?.in ?? 0),
  }
}

/**
 * The raw work of one page: what no implementation on these libraries can do without. CPU milliseconds per call, over
 * the samples in turn; their sum is K, the unit in which the whole is measured. Not in K: merging sources, filters, the
 * placing of items, keeping the session, the deadline, the trace.
 *
 * `as page` runs all kernels for one viewer, then all for the next, so that they find the processor's caches as a page
 * does. `hot` runs each kernel by itself over all viewers: a lower bound that no page can reach.
 */
export const kernels = async (
  parts: Parts,
  samples: readonly Sample[],
  order: 'as page' | 'hot',
): Promise<ReadonlyMap<string, number>> => {
  const { state, catalogue, bundle, now } = parts
  const { retriever, firstStage, secondStage } = bundle
  const featuresOf = ({ viewer, best }: Sample, counters: Float64Array) => {
    const rows = candidateFeatures(best.length)
    for (let row = 0; row < best.length; row++) {
      const at = row * COUNTERS
      fillCandidate(rows, row, best[row]!, counters, at, 0, viewer.state, now(), catalogue)
    }
    return rows
  }
  const counted = await Promise.all(samples.map(({ best }) => state.counters(best)))
  const pairs = samples.map((sample, i) => featuresOf(sample, counted[i]!))

  const work: Readonly<Record<string, (sample: Sample, turn: number) => unknown>> = {
    'viewer: state, profile, features': ({ viewer }) => readViewer(parts, viewer.id),
    'query tower': ({ viewer }) => retriever.embed(viewer.features),
    'vector search': ({ query, k }) => retriever.search(query, k),
    'pre-generated lists': async ({ viewer }) => {
      await state.get(listKey.longTerm(viewer.id))
      await state.get(listKey.popular(viewer.segment))
    },
    // The stage keeps the rows of the last viewers: there are more samples than it keeps.
    'first stage': ({ viewer, candidates }) => firstStage.score(viewer.features, candidates),
    'item counters': ({ best }) => state.counters(best),
    'pair features': (sample, turn) => featuresOf(sample, counted[turn]!),
    'second stage': ({ viewer }, turn) => secondStage.predict(viewer.features, pairs[turn]!),
    'pairwise likeness': ({ best }) => retriever.likenesses(best),
    'page to JSON': ({ page: { trace: _, ...page } }) => JSON.stringify(page),
  }
  const times = new Map(Object.keys(work).map(name => [name, 0]))
  const measure = async (name: string, turn: number): Promise<void> => {
    const start = cpuMs()
    await work[name]!(samples[turn]!, turn)
    times.set(name, times.get(name)! + (cpuMs() - start) / samples.length)
  }
  if (order === 'as page') {
    for (const turn of samples.keys()) for (const name of times.keys()) await measure(name, turn)
  } else {
    for (const name of times.keys()) for (const turn of samples.keys()) await measure(name, turn)
  }
  return times
}

export const sumOf = (times: ReadonlyMap<string, number>): number =>
  times.values().reduce((sum, ms) => sum + ms, 0)
