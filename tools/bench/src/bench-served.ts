import type { Home } from '@explore/embedded'
import type { Figure } from './figures.ts'
import { closedLoop } from './open-loop.ts'
import { servedProcess } from './served-process.ts'
import { median, rangeOf } from './statistics.ts'

const WARM_UP = 3
const REPEATS = 3
const SECONDS = 3

/** CPU of the whole server process per page over HTTP: the client's is its own process's. */
export const benchServed = async (
  home: Home,
  users: readonly string[],
  concurrency = 1,
): Promise<readonly Figure[]> => {
  const served = await servedProcess({ home }, users)
  try {
    const now = (): number => performance.now()
    await closedLoop(served.page, now, { concurrency: 2, seconds: WARM_UP })
    const costs: number[] = []
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const before = await served.cpu()
      const { requests } = await closedLoop(served.page, now, { concurrency, seconds: SECONDS })
      costs.push(((await served.cpu()) - before) / requests)
    }
    return [
      {
        name: 'page over HTTP',
        value: median(costs),
        unit: 'ms CPU',
        note: `of the whole server process, ${concurrency === 1 ? 'one caller' : `${concurrency} callers`}; ${rangeOf(costs)}`,
      },
    ]
  } finally {
    await served.close()
  }
}
