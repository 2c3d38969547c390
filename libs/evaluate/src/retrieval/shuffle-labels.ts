import { type Event } from '@explore/explore'
import { rng } from '@explore/learn'
import type { RetrievalTask } from './task.ts'

/**
 * The leak check: in all that may be learnt from, items trade places at random, while what is to be found and
 * masked stays. Everything keeps its structure but its tie to the truth: what still finds more than chance has
 * seen the answer.
 */
export const shuffleLabels = (task: RetrievalTask, seed: number): RetrievalTask => {
  const { catalogue } = task.data
  const ordinals = Uint32Array.from({ length: catalogue.size }, (_, item) => item)
  const ranked = ordinals.filter(item => task.pool[item] === 1)
  const places = ranked.slice()
  rng(seed).fork('labels').shuffle(places)
  const to = ordinals.slice()
  ranked.forEach((item, i) => (to[item] = places[i]!))
  const moved = (event: Event): Event => {
    const item = event.itemId === undefined ? undefined : catalogue.ordinal(event.itemId)
    return item === undefined ? event : { ...event, itemId: catalogue.id(to[item]!) }
  }
  return {
    ...task,
    events: task.events.map(moved),
    learnable: task.learnable.map(moved),
    train: { ...task.train, item: task.train.item.map(item => to[item]!) },
  }
}
