import { exploreFunnel, type Id } from '@explore/explore'
import type { Rng } from '@explore/learn'
import type { Context } from '@explore/pipeline'
import { type Tally, tally } from '../tally.ts'
import { measureRequest } from './measure-request.ts'
import { nearestExactly } from './nearest-exactly.ts'
import { RERANKINGS } from './rerankings.ts'
import { knownUsers, type Served, viewerNow } from './served.ts'

export interface FunnelMeasures {
  readonly requests: number
  /** Items that may be shown. */
  readonly items: number
  /** Whether only a sample of them was ranked. */
  readonly sampled: boolean
  /** The steps that chose, in order. */
  readonly steps: readonly string[]
  /** By the names of `measureRequest`, and behind `GROUP ` those of the viewers of a group. */
  readonly figures: Tally
}

/** Measures one request of each of so many viewers, drawn from all that are known. */
export const measureFunnel = async (
  served: Served,
  options: {
    readonly requests: number
    /** Largest pool that is ranked whole; of a larger catalogue a random sample is. */
    readonly pool: number
    readonly random: Rng
    readonly onProgress?: (fraction: number, note: string) => void
    readonly signal?: AbortSignal
  },
): Promise<FunnelMeasures> => {
  const { stores, settings, now } = served
  const { catalogue, bundle } = stores
  const { random, signal = new AbortController().signal, onProgress } = options
  const all = Uint32Array.from({ length: catalogue.size }, (_, item) => item).filter(item =>
    catalogue.servable(item),
  )
  const sampled = all.length > options.pool
  const instruments = {
    served,
    funnels: RERANKINGS.map(({ name, changes }) => ({
      name,
      funnel: exploreFunnel(stores, { ...settings, ...changes }),
    })),
    poolWith: (found: ReadonlySet<number>) =>
      sampled ? sampleWith(all, options.pool, found, random) : all,
    nearest: nearestExactly(bundle.retriever, all),
  }
  const users = random
    .fork('viewers')
    .shuffle([...(await knownUsers(served))])
    .slice(0, options.requests)
  const figures = tally()
  const chosen = new Map<string, boolean>()

  const measure = async (id: Id, row: number): Promise<void> => {
    const viewer = await viewerNow(served, id)
    // Each run draws the same numbers, so that variants differ by their rules alone.
    const context = (): Context => ({ now, seed: `evaluate ${id}`, signal })
    const passage = await measureRequest(instruments, viewer, context, (name, over, under) => {
      figures.add(name, row, over, under)
      figures.add(`${viewer.group} ${name}`, row, over, under)
    })
    for (const { step, changed } of passage?.steps ?? []) {
      chosen.set(step, chosen.get(step) || changed)
    }
  }
  for (let row = 0; row < users.length; row++) {
    signal.throwIfAborted()
    await measure(users[row]!, row)
    onProgress?.((row + 1) / users.length, `${row + 1} of ${users.length} requests`)
  }
  return {
    requests: users.length,
    items: all.length,
    sampled,
    steps: [...chosen].flatMap(([step, changed]) => (changed ? [step] : [])),
    figures,
  }
}

/** `size` random items, and all of `found`. */
const sampleWith = (
  all: Uint32Array,
  size: number,
  found: ReadonlySet<number>,
  random: Rng,
): Uint32Array => {
  const taken = new Set(found)
  while (taken.size < size) taken.add(all[random.int(all.length)]!)
  return Uint32Array.from(taken)
}
