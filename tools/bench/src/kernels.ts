import {
  type Bundle,
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  fillCandidate,
  type Page,
  type Settings,
  type StateStore,
  type Viewer,
} from '@explore/explore'
import { cpuPerCall, type Figure } from './figures.ts'

/**
 * The raw work of one page, each kernel alone and warm: what no implementation on these libraries can do without.
 * Their sum is K, the unit in which the whole is measured.
 */
export const kernels = async (
  { state, catalogue, bundle }: { state: StateStore; catalogue: Catalogue; bundle: Bundle },
  viewer: Viewer,
  page: Page,
  settings: Settings,
  now: number,
): Promise<readonly Figure[]> => {
  const { retriever, firstStage, secondStage } = bundle
  const width = settings['width.candidates']
  const best = settings['width.secondStage']
  const query = await retriever.embed(viewer.features)
  const found = await retriever.search(query, width)
  const thousand = found.items.slice(0, width)
  const hundred = thousand.slice(0, best)
  const counters = await state.counters(hundred)
  const fill = () => {
    const candidates = candidateFeatures(hundred.length)
    for (let row = 0; row < hundred.length; row++) {
      const at = row * COUNTERS
      fillCandidate(candidates, row, hundred[row]!, counters, at, 0, viewer.state, now, catalogue)
    }
    return candidates
  }
  const candidates = fill()
  // The tower caches a viewer's row by its features: other features, another run.
  let turn = 0
  const fresh = (): Viewer['features'] => {
    const dense = viewer.features.dense.slice()
    dense[0] = dense[0]! + ++turn * 1e-6
    return { ...viewer.features, dense }
  }
  const share = Math.ceil((width * settings['width.overfetch']) / 3)

  const work: Readonly<Record<string, () => unknown>> = {
    'query tower, 1 viewer': () => retriever.embed(fresh()),
    [`vector search, k ${share}`]: () => retriever.search(query, share),
    [`first stage, ${thousand.length} candidates`]: () => firstStage.score(fresh(), thousand),
    [`item counters, ${hundred.length}`]: () => state.counters(hundred),
    [`pair features, ${hundred.length}`]: fill,
    [`second stage, ${hundred.length} candidates`]: () =>
      secondStage.predict(viewer.features, candidates),
    'page to JSON': () => JSON.stringify(page),
  }
  const figures: Figure[] = []
  for (const [name, call] of Object.entries(work)) {
    figures.push({
      name: `kernel: ${name}`,
      value: (await cpuPerCall(call, { rounds: 7, calls: 60 })) * 1000,
      unit: 'µs CPU',
    })
  }
  return figures
}

/** K in milliseconds. */
export const sumOfKernels = (figures: readonly Figure[]): number =>
  figures.reduce((sum, { value }) => sum + value, 0) / 1000
