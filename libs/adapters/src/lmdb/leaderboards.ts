import type { BoardAdd } from '@explore/explore'
import { type LmdbEnvironment, metaOf } from './open-lmdb.ts'
import { rankKeys } from './rank-key.ts'

interface Board {
  /** Stands for the name in keys. */
  readonly id: number
  /** Members. */
  readonly size: number
}

/**
 * Leaderboards by name: `scores` holds each member's score, `ranks` the same in falling order, so that the best are a
 * prefix. A board that outgrows `capacity` loses its weakest tenth: under forward decay these are far below the top.
 */
export const leaderboards = (env: LmdbEnvironment, capacity: number) => {
  const meta = metaOf(env)
  const boards = env.table<Board, string>('boards', { encoding: 'json' })
  const scores = env.table<Uint8Array, Uint8Array>('board-scores', BINARY)
  const ranks = env.table<Uint8Array, Uint8Array>('board-ranks', BINARY)
  const keys = rankKeys()
  const score = new Float64Array(1)
  const scoreBytes = new Uint8Array(score.buffer)

  const scoreOf = (member: Buffer): number | undefined => {
    const stored = scores.getBinaryFast(member)
    if (stored === undefined) return undefined
    for (let i = 0; i < 8; i++) scoreBytes[i] = stored[i]!
    return score[0]!
  }
  const put = (id: number, item: number, value: number): void => {
    score[0] = value
    scores.putSync(keys.member(id, item), scoreBytes)
    ranks.putSync(keys.rank(id, value, item), NOTHING)
  }
  const open = (name: string): Board => {
    const known = boards.get(name)
    if (known !== undefined) return known
    const id = (meta.get('boards') as number | undefined) ?? 0
    meta.putSync('boards', id + 1)
    return { id, size: 0 }
  }
  /** Removes the `surplus` weakest members. */
  const cut = (name: string, { id, size }: Board, surplus: number): void => {
    const [start, end] = [keys.start(id + 1), keys.start(id)]
    for (const rank of [...ranks.getKeys({ start, end, reverse: true, limit: surplus })]) {
      ranks.removeSync(rank)
      scores.removeSync(keys.member(id, keys.read(rank).item))
    }
    if (size > surplus) boards.putSync(name, { id, size: size - surplus })
    else boards.removeSync(name)
  }

  return {
    top: (name: string, n: number): { items: Uint32Array; scores: Float64Array } => {
      const board = boards.get(name)
      const length = Math.min(n, board?.size ?? 0)
      const best = { items: new Uint32Array(length), scores: new Float64Array(length) }
      if (board === undefined) return best
      let row = 0
      for (const key of ranks.getKeys({ start: keys.start(board.id), limit: length })) {
        const rank = keys.read(key)
        best.items[row] = rank.item
        best.scores[row++] = rank.score
      }
      return best
    },
    /** Within a write transaction. Adds to one board that follow each other are cheaper. */
    add: (adds: readonly BoardAdd[]): void => {
      for (let i = 0; i < adds.length;) {
        const name = adds[i]!.board
        const { id, size } = open(name)
        let grown = size
        for (; i < adds.length && adds[i]!.board === name; i++) {
          const { item, delta } = adds[i]!
          const before = scoreOf(keys.member(id, item))
          if (before === undefined) grown++
          else ranks.removeSync(keys.rank(id, before, item))
          put(id, item, (before ?? 0) + delta)
        }
        if (grown > capacity) cut(name, { id, size: grown }, grown - Math.floor(capacity * 0.9))
        else if (grown > size) boards.putSync(name, { id, size: grown })
      }
    },
    names: (): string[] => [...boards.getKeys()],
    /** Within a write transaction: removes up to `limit` members; returns whether the board is gone. */
    shrink: (name: string, limit: number): boolean => {
      const board = boards.get(name)
      if (board !== undefined) cut(name, board, limit)
      return board === undefined || board.size <= limit
    },
  }
}

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const
const NOTHING = new Uint8Array(0)
