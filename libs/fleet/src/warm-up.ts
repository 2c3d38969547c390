import { setTimeout } from 'node:timers/promises'
import {
  emptyUserState,
  HEADS,
  type Heads,
  randomOf,
  type Rankable,
  settingsFrom,
  viewerOf,
} from '@explore/explore'
import { type Found, type Slate, slateOf } from '@explore/pipeline'
import {
  type Hosted,
  remoteFirstStage,
  remoteReranking,
  remoteRetrieval,
  remoteSearch,
  remoteSecondStage,
  type StageLink,
} from '@explore/rpc'

/** Calls after which a service's code is compiled: its first ones take ten times as long as later ones. */
const CALLS = 150
const MOST_MS = 3000
const CANDIDATES = 1000

/**
 * Asks a service as a gateway would, for a stranger who gets nothing, half of the time: the other half is for whom it
 * serves meanwhile. What fails here fails again where someone waits for it, and is told there.
 */
export const warmUp = async (
  link: StageLink,
  { bundle, catalogue }: Hosted['stores'],
  now: number,
) => {
  const ask = askerOf(link, { bundle, catalogue }, now)
  const start = performance.now()
  for (let i = 0; i < CALLS; i++) {
    const began = performance.now()
    if (began - start > MOST_MS) return
    await ask(i).catch(() => {})
    await setTimeout(performance.now() - began)
  }
}

const askerOf = (
  link: StageLink,
  { bundle, catalogue }: Pick<Hosted['stores'], 'bundle' | 'catalogue'>,
  now: number,
): ((i: number) => Promise<unknown>) => {
  const settings = settingsFrom()
  const caller = { bundle: bundle.id, catalogue }
  const state = emptyUserState()
  const viewer = viewerOf({ id: 'nobody', state, user: undefined, now }, catalogue, settings)
  const contextOf = (i: number) => ({
    now,
    seed: `warm ${i}`,
    signal: AbortSignal.timeout(MOST_MS),
  })
  const some = (most: number): Uint32Array =>
    Uint32Array.from({ length: Math.min(most, catalogue.size) }, (_, item) => item)
  const light = slateOf(some(CANDIDATES), columnsOf(Math.min(CANDIDATES, catalogue.size)))
  const best = rankable(some(settings['width.secondStage']))

  switch (link.stage) {
    case 'retrieval-sources': {
      const retrieval = remoteRetrieval(link, caller, settings)
      return async i => retrieval.run(viewer, contextOf(i), {}, slateOf(new Uint32Array(0), {}))
    }
    case 'first-stage':
      return async i => remoteFirstStage(link, caller, settings).load(light, viewer, contextOf(i))
    case 'second-stage-mtml':
      return async i => remoteSecondStage(link, caller, settings).load(best, viewer, contextOf(i))
    case 'value-model-rerank':
      return async i => remoteReranking(link, caller, settings).run(viewer, contextOf(i), {}, best)
    case 'ann-index': {
      // Whatever shard it is, it answers for itself alone.
      const first = (lists: readonly Found[]): Found => lists[0]!
      const search = remoteSearch({ links: [link], merge: first }, caller)
      const query = new Float32Array(bundle.retriever.dimension).fill(0.1)
      return async i => search(query, CANDIDATES, contextOf(i).signal)
    }
  }
}

const columnsOf = (length: number) => ({
  sources: new Uint32Array(length),
  mixRank: new Uint32Array(length),
  mixed: new Float32Array(length),
  draw: new Float32Array(length),
  slot: new Uint8Array(length),
})

const rankable = (items: Uint32Array): Slate<Rankable> => {
  const random = randomOf('warm')
  const { length } = items
  const drawn = (): Float32Array => new Float32Array(length).map(random)
  const heads = Object.fromEntries(HEADS.map(head => [head, drawn()])) as Heads
  const ranked = { light: drawn(), lightRank: new Uint32Array(length) }
  return slateOf(items, { ...columnsOf(length), ...ranked, ...heads })
}
