import type { Catalogue } from './catalogue.ts'
import type { Served } from './engine.ts'
import { LOGGED, type EventLog } from './event-log.ts'
import { COUNTS, type Count, type Outcome } from './outcome.ts'
import type { Request } from './response.ts'
import { WORTH } from './worth.ts'

const DAY = 86_400_000

/** Value of an event of each type; an impression, and taking a like back, have none. */
const VALUES = LOGGED.map(type => (type in WORTH ? WORTH[type as keyof typeof WORTH] : 0))

/** Counts, by type of event, that an outcome keeps. */
const COUNTED: Readonly<Partial<Record<(typeof LOGGED)[number], Count>>> = {
  impression: 'impressions',
  click: 'clicks',
  long_view: 'longViews',
  see_less: 'seeLess',
}

/** Keeps the books of one run that begins at `start`. */
export const createTally = (catalogue: Catalogue, size: number, start: number) => {
  const users = Object.fromEntries(COUNTS.map(count => [count, new Float64Array(size)])) as Record<
    Count,
    Float64Array
  >
  const activeDays = new Uint32Array(size)
  const authorsOfVisit = Array.from({ length: size }, () => new Set<number>())
  const byAuthor = new Map<number, number>()
  const items = new Set<number>()
  let refused = 0

  return {
    /** Books a page and the rows of `log` from `first` that it made. */
    page: ({ user, time, page }: Request, served: Served, log: EventLog, first: number): void => {
      const authors = authorsOfVisit[user]!
      if (page === 0) {
        users.visits[user]! += 1
        activeDays[user]! |= 1 << Math.floor((time - start) / DAY)
        authors.clear()
      }
      refused += served.refused
      for (const item of served.shown) {
        const author = catalogue.author[item]!
        if (!authors.has(author)) users.authors[user]! += 1
        authors.add(author)
        byAuthor.set(author, (byAuthor.get(author) ?? 0) + 1)
        items.add(item)
      }
      for (let row = first; row < log.size; row++) {
        const type = log.type(row)
        const count = COUNTED[LOGGED[type]!]
        if (count) users[count][user]! += 1
        users.value[user]! += VALUES[type]!
      }
    },

    /** Closes the books after `days` days. */
    close: (policy: string, seed: number, days: number): Outcome => {
      const butLast = (1 << (days - 1)) - 1
      activeDays.forEach((active, user) => {
        users.days[user] = ones(active & butLast)
        users.returns[user] = ones(active & butLast & (active >>> 1))
      })
      const counts = [...byAuthor.values()]
      const total = counts.reduce((sum, count) => sum + count, 0)
      const entropy = counts.reduce((sum, n) => sum - (n / total) * Math.log(n / total), 0)
      const effectiveAuthors = Math.exp(entropy)
      return { policy, seed, users, refused, effectiveAuthors, items: items.size }
    },
  }
}

const ones = (bits: number): number => {
  let count = 0
  for (; bits !== 0; bits &= bits - 1) count++
  return count
}
