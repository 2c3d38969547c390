/** Leaderboards of trending: short, medium and long half-life. */
export const TRENDING_HALF_LIVES = { '1h': 3_600_000, '6h': 21_600_000, '24h': 86_400_000 } as const

export type TrendingWindow = keyof typeof TRENDING_HALF_LIVES

export const TRENDING_WINDOWS = Object.keys(TRENDING_HALF_LIVES) as TrendingWindow[]

/** A landmark serves this many half-lives; far inside f64's range of ± 1,000. */
const EPOCH_HALF_LIVES = 256

/** The board that a vote at `time` goes to, and the weight to add (forward decay, see counters.ts). */
export const trendingVote = (
  window: TrendingWindow,
  time: number,
): { readonly board: string; readonly weight: number } => {
  const halfLife = TRENDING_HALF_LIVES[window]
  const epoch = Math.floor(time / (halfLife * EPOCH_HALF_LIVES))
  return {
    board: trendingBoard(window, epoch),
    weight: 2 ** ((time - epoch * halfLife * EPOCH_HALF_LIVES) / halfLife),
  }
}

/** The boards to read at `now`, each with the factor that turns its sums into decayed votes. */
export const trendingBoards = (
  window: TrendingWindow,
  now: number,
): readonly { readonly board: string; readonly factor: number }[] => {
  const halfLife = TRENDING_HALF_LIVES[window]
  const epoch = Math.floor(now / (halfLife * EPOCH_HALF_LIVES))
  return [epoch, epoch - 1].map(e => ({
    board: trendingBoard(window, e),
    factor: 2 ** -((now - e * halfLife * EPOCH_HALF_LIVES) / halfLife),
  }))
}

/**
 * Of the names of boards, those of trending that are two epochs or more behind the newest of their window: their votes
 * have decayed to nothing whatever the clock that they are read by.
 */
export const pastBoards = (names: readonly string[]): readonly string[] => {
  const parsed = names.flatMap(name => {
    const [, window, epoch] = /^trending:([^:]+):(-?\d+)$/.exec(name) ?? []
    return window === undefined ? [] : [{ name, window, epoch: Number(epoch) }]
  })
  const newest = new Map<string, number>()
  for (const { window, epoch } of parsed) {
    newest.set(window, Math.max(epoch, newest.get(window) ?? epoch))
  }
  return parsed
    .filter(({ window, epoch }) => epoch < newest.get(window)! - 1)
    .map(each => each.name)
}

const trendingBoard = (window: TrendingWindow, epoch: number): string =>
  `trending:${window}:${epoch}`
