import { type Found, type Source, top } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { StateStore } from '../ports.ts'
import type { Settings } from '../settings.ts'
import {
  TRENDING_HALF_LIVES,
  TRENDING_WINDOWS,
  trendingBoards,
  type TrendingWindow,
} from '../signals/trending-boards.ts'
import type { Viewer } from '../viewer.ts'
import { refreshed } from './refreshed.ts'

/** Read of each board; far above what is ever asked for, so that author caps and filters find replacements. */
const BOARD = 1000

/** Decayed votes per item and window as of `now`: one vote per viewer and item (signals/fold.ts). */
export const trendingVotes = async (
  state: StateStore,
  now: number,
): Promise<Map<number, Record<TrendingWindow, number>>> => {
  const votes = new Map<number, Record<TrendingWindow, number>>()
  for (const window of TRENDING_WINDOWS) {
    for (const { board, factor } of trendingBoards(window, now)) {
      const { items, scores } = await state.top(board, BOARD)
      for (let i = 0; i < items.length; i++) {
        const row = votes.get(items[i]!) ?? { '1h': 0, '6h': 0, '24h': 0 }
        row[window] += scores[i]! * factor
        votes.set(items[i]!, row)
      }
    }
  }
  return votes
}

/**
 * How hot an item is: how many voted lately, times how much faster they vote now than over the day.
 * A decayed count over half-life h stands for a rate of count · ln 2 / h.
 */
export const heat = (votes: Record<TrendingWindow, number>): number => {
  const rate = (window: TrendingWindow): number =>
    (votes[window] * Math.LN2 * 3_600_000) / TRENDING_HALF_LIVES[window]
  const burst = Math.max(rate('1h'), rate('6h')) / (rate('24h') + 0.5)
  return Math.log1p(votes['24h']) * Math.log2(2 + burst)
}

/** Heuristic, real-time: items on which votes gather faster than they used to, few of any one author. */
export const trending = (
  state: StateStore,
  catalogue: Catalogue,
  settings: Settings,
): Source<Viewer> => {
  const list = refreshed(settings['trending.refreshMs'], async (now): Promise<Found> => {
    const votes = await trendingVotes(state, now)
    const known = [...votes].filter(
      ([item, { '24h': day }]) => day >= settings['trending.minVotes'] && catalogue.servable(item),
    )
    const heats = Float32Array.from(known, ([, row]) => heat(row))
    const perAuthor = new Map<number, number>()
    const rows = top(heats, heats.length).filter(row => {
      const author = catalogue.authors[known[row]![0]]!
      const n = (perAuthor.get(author) ?? 0) + 1
      perAuthor.set(author, n)
      return n <= settings['trending.authorCap']
    })
    return {
      items: Uint32Array.from(rows, row => known[row]![0]),
      scores: Float32Array.from(rows, row => heats[row]!),
    }
  })
  return {
    name: 'trending',
    find: async (_, want, { now }) => {
      const { items, scores } = await list(now)
      return { items: items.subarray(0, want), scores: scores.subarray(0, want) }
    },
  }
}
