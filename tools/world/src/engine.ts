import type { EventLog } from './event-log.ts'
import { MinHeap } from './min-heap.ts'
import { hasSeen, markSeen, type Minds } from './minds.ts'
import type { Nature } from './nature.ts'
import { createReactions, placeKey } from './reactions.ts'
import type { Request } from './response.ts'
import { streamOf, uniform } from './rng.ts'
import { pick, SURFACES } from './vocabulary.ts'

const PAGES_PER_VISIT = 8
const PLACES_PER_PAGE = 128
const SECOND = 1000

/** Purposes of draws about a visit; pauses take the numbers from the last, one per page. */
const OF = { surface: 0, pause: 1 } as const

/** What became of one page. */
export interface Served {
  /** Items shown, in order, until the viewer left or the page ended. */
  readonly shown: readonly number[]
  /** Items that do not exist, may not be shown, or were shown to this viewer before. */
  readonly refused: number
}

/**
 * Lets viewers come, look through pages, react, leave, and come back. `seed` is of this run's
 * luck, not of the world's; viewers with a number of `users` or more stay away.
 */
export const createEngine = (
  nature: Nature,
  { seed, minds, log, users }: { seed: number; minds: Minds; log: EventLog; users: number },
) => {
  const { catalogue, population, satiation, taste, retention } = nature
  const { stamina, leaveEnjoyed } = nature.parameters.viewers
  const meet = createReactions(nature, streamOf(seed, 'reactions'), log)
  const visits = streamOf(seed, 'visits')
  const moods = streamOf(seed, 'moods')
  const drifts = streamOf(seed, 'drifts')
  const leaving = streamOf(seed, 'leaving')
  const gaps = streamOf(seed, 'gaps')
  const queue = new MinHeap()
  for (let user = 0; user < users; user++) queue.push(minds.nextAt[user]!, user)

  /** Whether the viewer leaves after what was just seen: the less enjoyed and the longer, the sooner. */
  const leaves = (user: number, enjoyment: number, luck: number): boolean => {
    const enjoyed = population.responsive[user]! * enjoyment
    const logit = population.leave[user]! - leaveEnjoyed * enjoyed + minds.shown[user]! / stamina
    return luck < 1 / (1 + Math.exp(-logit))
  }

  return {
    /** When the next request comes; Infinity if none does. */
    get nextTime(): number {
      return queue.least
    },

    /** Takes the next request. It must be served before the one after it is taken. */
    next: (): Request => {
      const time = queue.least
      const user = queue.pop()
      const visit = minds.visit[user]!
      const page = minds.page[user]!
      if (page === 0) {
        taste.drift(minds, drifts, user, time)
        taste.enter(minds, moods, user, visit)
      }
      const surface = pick(SURFACES, uniform(visits, user, visit, OF.surface))
      return { user, time, visit, page, surface }
    },

    /** Shows the page (at most 128 items); an empty one ends the visit. */
    serve: (request: Request, items: ArrayLike<number>): Served => {
      const { user, visit, page } = request
      const places = Math.min(items.length, PLACES_PER_PAGE)
      const shown: number[] = []
      let refused = 0
      let left = false
      let time = request.time
      for (let slot = 0; slot < places && !left; slot++) {
        const item = items[slot]!
        const fits = item < catalogue.size && catalogue.servable(item, request.time)
        if (!fits || hasSeen(minds, user, item)) {
          refused++
          continue
        }
        const { enjoyment, tookMs } = meet(minds, request, slot, item, time)
        shown.push(item)
        markSeen(minds, user, item)
        satiation.shown(minds, user, item, time)
        minds.shown[user]! += 1
        minds.enjoyed[user]! += enjoyment
        time += tookMs
        left = leaves(user, enjoyment, uniform(leaving, user, placeKey(visit, page, slot)))
      }
      if (left || shown.length === 0 || page + 1 === PAGES_PER_VISIT)
        retention.leave(minds, gaps, user, time)
      else {
        minds.page[user] = page + 1
        minds.nextAt[user] =
          Math.ceil(time) +
          SECOND * (1 + Math.floor(4 * uniform(visits, user, visit, OF.pause + page)))
      }
      queue.push(minds.nextAt[user]!, user)
      return { shown, refused }
    },
  }
}
