import { uncompress } from 'snappy'

/** How Java's producers begin: snappy in blocks, each after its length (org.xerial.snappy.SnappyOutputStream). */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const HEADER = 16

/** Unpacks snappy, plain or in Xerial's blocks, of at most `most` bytes in all. */
export const snappyOf =
  (most: number) =>
  async (packed: Buffer): Promise<Buffer> => {
    const blocks = packed.subarray(0, XERIAL.length).equals(XERIAL) ? blocksOf(packed) : [packed]
    const sizes = blocks.map(sizeOf)
    if (sizes.reduce((sum, size) => sum + size, 0) > most) {
      throw new Error(`the batch becomes more than ${most} bytes`)
    }
    const unpacked = await Promise.all(blocks.map(block => uncompress(block, { asBuffer: true })))
    return Buffer.concat(unpacked as Buffer[])
  }

const blocksOf = (packed: Buffer): readonly Buffer[] => {
  const blocks: Buffer[] = []
  for (let at = HEADER; at < packed.length;) {
    const size = packed.readInt32BE(at)
    if (size < 0 || at + 4 + size > packed.length) throw new Error('the batch is cut off')
    blocks.push(packed.subarray(at + 4, at + 4 + size))
    at += 4 + size
  }
  return blocks
}

/** Snappy begins with its unpacked size, a little-endian base 128 number. */
const sizeOf = (block: Buffer): number => {
  let size = 0
  for (let i = 0; i < Math.min(5, block.length); i++) {
    size += (block[i]! & 127) * 128 ** i
    if (block[i]! < 128) break
  }
  return size
}
