const MEMBER = 8
const RANK = 16

/**
 * Keys of leaderboards, big-endian so that their bytes sort: a member's is (board, item), its rank's is
 * (board, falling score, item), with board and item u32 and the score an f64 whose bits are turned over.
 */
export const rankKeys = () => {
  const memberKey = Buffer.alloc(MEMBER)
  const rankKey = Buffer.alloc(RANK)
  const score = new Float64Array(1)
  const words = new Uint32Array(score.buffer)

  return {
    /** The buffer is written over by the next call, here and below. */
    member: (board: number, item: number): Buffer => {
      memberKey.writeUInt32BE(board, 0)
      memberKey.writeUInt32BE(item, 4)
      return memberKey
    },
    rank: (board: number, value: number, item: number): Buffer => {
      score[0] = value
      // Of two positive floats the greater has the greater bits, of two negative ones the smaller.
      const turn = words[1]! >>> 31 === 0
      rankKey.writeUInt32BE(board, 0)
      rankKey.writeUInt32BE(turn ? ~(words[1]! ^ 0x80000000) >>> 0 : words[1]!, 4)
      rankKey.writeUInt32BE(turn ? ~words[0]! >>> 0 : words[0]!, 8)
      rankKey.writeUInt32BE(item, 12)
      return rankKey
    },
    /** Start of the board's keys of either kind; that of `board + 1` ends them. */
    start: (board: number): Buffer => {
      const key = Buffer.alloc(4)
      key.writeUInt32BE(board)
      return key
    },
    read: (key: Uint8Array): { readonly item: number; readonly score: number } => {
      const view = new DataView(key.buffer, key.byteOffset, RANK)
      const high = view.getUint32(4)
      const turned = high >>> 31 === 0
      words[1] = turned ? ~high ^ 0x80000000 : high
      words[0] = turned ? ~view.getUint32(8) : view.getUint32(8)
      return { item: view.getUint32(12), score: score[0]! }
    },
  }
}
