import { ofServed } from '../funnel/of-served.ts'
import { wholeFlag } from '../whole-flag.ts'
import { ladderTables } from './ladder-tables.ts'
import { measureLadder } from './measure-ladder.ts'

/** What each rung of the ladder costs the pages. */
export const evaluateLadder = ofServed(
  'ladder',
  'Degradation: pages while parts of the funnel are away, against full ones',
  async (served, { flags, ...by }) => {
    const hours = wholeFlag(flags, 'age', 12)
    const measures = await measureLadder(served, { ...by, age: hours * 3_600_000 })
    return {
      facts: {
        requests: measures.requests,
        items: measures.items,
        'age of precomputed pages': `${hours} h`,
        'places that a filter refuses': measures.refused,
      },
      tables: ladderTables(measures, by.random),
    }
  },
)
