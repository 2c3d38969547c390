import {
  type Examples,
  type Neighbours,
  replay,
  targetsOf,
  takeTargets,
  splitByTime,
  trainNeighbours,
  trainTwoTower,
  type TwoTower,
  type TwoTowerOptions,
} from '@explore/learn'
import { type FoldedState, foldedState } from '../folded-state.ts'
import type { RetrievalTask } from './task.ts'

/** What a variant of the towers changes. */
export type TowerOptions = Omit<
  TwoTowerOptions,
  'seed' | 'weights' | 'validFrom' | 'onProgress' | 'signal'
>

type OnProgress = (fraction: number, note?: string) => void

/** A task and what several methods learn from it, made when first asked for and kept. */
export interface Lab {
  readonly task: RetrievalTask
  /** The state that serving would have at the cut. */
  readonly state: () => FoldedState
  /** The towers of a seed and variant, the pass chosen on the validation part. */
  readonly towers: (
    options: TowerOptions & { readonly seed: number },
    onProgress: OnProgress,
    signal: AbortSignal,
  ) => Promise<TwoTower>
  /** Lists of similar items by shared users, and by these towers where those are few. */
  readonly neighbours: (towers: TwoTower, signal: AbortSignal) => Promise<Neighbours>
}

/** Items that a viewer has been shown and that their state remembers. */
const SEEN = 4000

export const labOf = (task: RetrievalTask, defaults: TowerOptions): Lab => {
  const { data, weights, cut } = task
  const { catalogue, attributes } = data
  const state = once(() => foldedState(task.events, catalogue, { seen: SEEN, until: cut }))
  const examples = once((): Promise<Examples> =>
    replay({
      events: [task.learnable],
      catalogue,
      attributes,
      limits: { seen: SEEN },
      requests: 0,
    }),
  )
  const trained = new Map<string, Promise<TwoTower>>()
  const listed = new WeakMap<TwoTower, Promise<Neighbours>>()
  const listsOf = async (
    { vectors, dimension }: TwoTower,
    signal: AbortSignal,
  ): Promise<Neighbours> => {
    const { viewers, positives } = await examples()
    const all = targetsOf(positives, weights)
    const known = takeTargets(all, splitByTime(all.time, cut).before)
    const user = known.viewer.map(row => viewers.user[row]!)
    return trainNeighbours(
      { engagements: { ...known, user }, catalogue, vectors, dimension },
      { signal },
    )
  }
  return {
    task,
    state,
    towers: (options, onProgress, signal) => {
      const key = JSON.stringify(options)
      const known = trained.get(key)
      if (known !== undefined) return known
      const training = examples().then(all =>
        trainTwoTower(all, {
          ...defaults,
          ...options,
          weights,
          validFrom: cut,
          onProgress,
          signal,
        }),
      )
      trained.set(key, training)
      return training
    },
    neighbours: (towers, signal) => {
      const lists = listed.get(towers) ?? listsOf(towers, signal)
      listed.set(towers, lists)
      return lists
    },
  }
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
