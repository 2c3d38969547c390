import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import {
  pastBoards,
  TRENDING_HALF_LIVES,
  TRENDING_WINDOWS,
  trendingBoards,
  trendingVote,
} from './trending-boards.ts'

const HOUR = 3_600_000

describe('trending', () => {
  it.each(TRENDING_WINDOWS)('counts votes decayed by %s, over the seam of epochs too', window => {
    const halfLife = TRENDING_HALF_LIVES[window]
    const random = randomOf(window)
    const seam = Math.ceil(1_790_000_000_000 / (256 * halfLife)) * 256 * halfLife
    for (const now of [seam - 1, seam, seam + 5 * halfLife, seam + 200 * halfLife]) {
      const times = Array.from({ length: 200 }, () => now - random() * 20 * halfLife)
      const boards = new Map<string, number>()
      for (const time of times) {
        const { board, weight } = trendingVote(window, time)
        expect(weight).toBeGreaterThanOrEqual(1)
        expect(weight).toBeLessThan(2 ** 256)
        boards.set(board, (boards.get(board) ?? 0) + weight)
      }
      const read = trendingBoards(window, now)
      const votes = read.reduce(
        (sum, { board, factor }) => sum + (boards.get(board) ?? 0) * factor,
        0,
      )
      const exact = times.reduce((sum, time) => sum + 2 ** ((time - now) / halfLife), 0)
      expect(Math.abs(votes / exact - 1)).toBeLessThan(1e-9)
    }
  })

  it('keeps windows apart', () => {
    const boards = TRENDING_WINDOWS.map(window => trendingVote(window, 0).board)
    expect(new Set(boards).size).toBe(TRENDING_WINDOWS.length)
  })
})

describe('pastBoards', () => {
  it('are those two epochs or more behind the newest of their window', () => {
    const hours = [0, 256, 512, 768, 2560].map(ago => trendingVote('1h', 1e12 - ago * HOUR).board)
    const days = [0, 256].map(ago => trendingVote('24h', 1e12 - ago * 24 * HOUR).board)
    const others = ['trending:1h:x', 'trending', 'other:1h:1', 'trending:1h:1:2']
    expect(pastBoards([...others, ...hours, ...days])).toEqual(hours.slice(2))
    expect(pastBoards(['trending:1h:-7', 'trending:1h:-5'])).toEqual(['trending:1h:-7'])
    expect(pastBoards([])).toEqual([])
  })

  it('are never among those that are read', () => {
    const newest = 1_790_000_000_000
    const names = Array.from(
      { length: 40 },
      (_, i) => trendingVote('6h', newest - i * 768 * HOUR).board,
    )
    const past = pastBoards([...new Set(names)])
    expect(past.length).toBeGreaterThan(10)
    for (let later = 0; later < 5000; later += 100) {
      for (const { board } of trendingBoards('6h', newest + later * HOUR)) {
        expect(past).not.toContain(board)
      }
    }
  })
})
