import { promisify } from 'node:util'
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib'
import { compressFrame, decompressFrame } from 'lz4-napi'
import { compress as snappyCompress } from 'snappy'
import { unreadableRecords } from './unreadable-records.ts'
import { snappyOf } from './xerial-snappy.ts'

export interface Codec {
  readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>
  readonly decompress: (records: Buffer) => Promise<Buffer>
}

/** Most bytes that one compressed batch may become: a broker takes at most a megabyte of it. */
const MOST = 64 * 2 ** 20

/**
 * Codecs by kafkajs's number of the compression. As it comes, kafkajs stops for good at the first batch in snappy, lz4 or
 * zstd, which any Java producer may send. A batch that cannot be unpacked, or becomes larger than `most` bytes, comes out
 * as as many records without a value that say so: it must not stop its partition.
 */
export const codecs = (most = MOST): Readonly<Record<number, Codec>> => {
  const limit = { maxOutputLength: most }
  return Object.fromEntries(
    Object.entries({
      1: {
        pack: (bytes: Buffer) => promisify(gzip)(bytes),
        unpack: (bytes: Buffer) => promisify(gunzip)(bytes, limit),
      },
      2: { pack: (bytes: Buffer) => snappyCompress(bytes), unpack: snappyOf(most) },
      3: { pack: (bytes: Buffer) => compressFrame(bytes), unpack: lz4Of(most) },
      4: {
        pack: (bytes: Buffer) => promisify(zstdCompress)(bytes),
        unpack: (bytes: Buffer) => promisify(zstdDecompress)(bytes, limit),
      },
    }).map(([number, { pack, unpack }]): [string, Codec] => [
      number,
      {
        compress: async ({ buffer }) => Buffer.from(await pack(buffer)),
        decompress: async records => {
          try {
            return await unpack(records)
          } catch (error) {
            return unreadableRecords(records, (error as Error).message)
          }
        },
      },
    ]),
  )
}

/** The library has no limit, and a frame need not tell its size: it is unpacked block by block in the worst case. */
const lz4Of =
  (most: number) =>
  async (bytes: Buffer): Promise<Buffer> => {
    // LZ4 makes at most 255 bytes of one.
    if (bytes.length * 255 > most && sizeOfLz4Frame(bytes) > most) {
      throw new Error(`the batch becomes more than ${most} bytes`)
    }
    return Buffer.from(await decompressFrame(bytes))
  }

/** By the blocks' count and the frame's largest block, an upper bound; the content size where the frame tells it. */
const sizeOfLz4Frame = (bytes: Buffer): number => {
  const flags = bytes[4]!
  const largest = 2 ** (8 + 2 * ((bytes[5]! >> 4) & 7))
  const hasSize = (flags & 8) !== 0
  if (hasSize) return Number(bytes.readBigUInt64LE(6))
  let blocks = 0
  const checksum = (flags & 16) === 0 ? 0 : 4
  for (let at = 7; at + 4 <= bytes.length; blocks++) {
    const size = bytes.readUInt32LE(at) & 0x7fffffff
    if (size === 0) break
    at += 4 + size + checksum
  }
  return blocks * largest
}
