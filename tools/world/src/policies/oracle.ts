import { itemId, numberOf } from '../describe.ts'
import { MinHeap } from '../min-heap.ts'
import { INSIGHT, type Insider, type Insight } from '../insight.ts'
import { hasSeen } from '../minds.ts'
import type { Policy } from '../policy.ts'
import { normal, streamOf } from '../rng.ts'

const DAY = 86_400_000
/** Items that a viewer's pages of a day are made from, and those that one page is made from. */
const LONGLIST = 1000
const SHORTLIST = 60

export interface OracleOptions {
  readonly name?: string
  /** Standard deviation of a lasting error on the value of each item to each viewer. */
  readonly noise?: number
  readonly seed?: number
}

/**
 * The ceiling: reads the viewers' minds, ranks every item by its true expected value, and fills the
 * page place by place, allowing for how tired of topic and author the places above will have made
 * the viewer. It looks one page ahead, not to the next visit.
 */
export const oraclePolicy = ({ name = 'oracle', noise = 0, seed = 0 }: OracleOptions = {}): Policy &
  Insider => {
  const errors = streamOf(seed, 'oracle')
  const longlists = new Map<number, { readonly day: number; readonly items: readonly number[] }>()
  let insight: Insight | undefined
  return {
    name,
    [INSIGHT]: given => {
      insight = given
      longlists.clear()
    },
    observe: async () => {},
    page: async ({ limit, userId, now }) => {
      if (!insight) throw new Error('an oracle answers only within a simulation')
      const { nature, minds } = insight
      const { catalogue, response, satiation } = nature
      const request = insight.request()
      const user = numberOf(userId)
      const valueOf = (item: number): number => {
        response.read(minds, request, item, now)
        return response.value() + (noise > 0 ? noise * normal(errors, user, item) : 0)
      }
      const free = (item: number) => catalogue.servable(item, now) && !hasSeen(minds, user, item)
      const day = Math.floor(now / DAY)
      let known = longlists.get(user)
      if (known?.day !== day) {
        const values = new Float64Array(catalogue.existing(now))
        for (let item = 0; item < values.length; item++)
          values[item] = free(item) ? valueOf(item) : -Infinity
        longlists.set(user, (known = { day, items: best(values, LONGLIST) }))
      }
      const candidates = known.items.filter(free)
      const shortlist = best(Float64Array.from(candidates, valueOf), SHORTLIST).map(
        at => candidates[at]!,
      )
      const page: number[] = []
      const forget = satiation.remember(minds, user)
      while (page.length < limit && shortlist.length > 0) {
        const values = shortlist.map(valueOf)
        const at = values.indexOf(Math.max(...values))
        const [item] = shortlist.splice(at, 1)
        satiation.shown(minds, user, item!, request.time)
        page.push(item!)
      }
      forget()
      return page.map(itemId)
    },
  }
}

/** Indices of the `count` largest finite values, least first. */
const best = (values: Float64Array, count: number): number[] => {
  const heap = new MinHeap()
  for (let at = 0; at < values.length; at++) {
    if (values[at] === -Infinity) continue
    if (heap.size < count) heap.push(values[at]!, at)
    else if (values[at]! > heap.least) {
      heap.pop()
      heap.push(values[at]!, at)
    }
  }
  return Array.from({ length: heap.size }, () => heap.pop())
}
