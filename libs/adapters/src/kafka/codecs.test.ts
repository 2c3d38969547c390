import { createRequire } from 'node:module'
import { zstdCompressSync } from 'node:zlib'
import { compressFrameSync } from 'lz4-napi'
import { compressSync } from 'snappy'
import { describe, expect, it } from 'vitest'
import { codecs } from './codecs.ts'
import { loadKafkajs } from './load-kafkajs.ts'
import { UNREADABLE } from './unreadable-records.ts'

const require = createRequire(import.meta.url)
const NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const text = Buffer.from('explore '.repeat(10_000))

interface Decoded {
  readonly records: readonly {
    readonly offset: string
    readonly value: Buffer | null
    readonly headers: Readonly<Record<string, Buffer>>
  }[]
}

/** A batch as the broker has it: kafkajs's own encoder, then its decoder, with `packed` in place of the records. */
const decodeBatch = async (
  compression: number,
  packed: Buffer,
  count: number,
): Promise<Decoded> => {
  loadKafkajs()
  const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => unknown
  const decode = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
    decoder: unknown,
  ) => Promise<Decoded>
  const header = Buffer.alloc(61)
  header.writeBigInt64BE(100n, 0)
  header.writeInt32BE(49 + packed.length, 8)
  header.writeInt8(2, 16)
  header.writeInt16BE(compression, 21)
  header.writeInt32BE(count - 1, 23)
  header.writeInt32BE(count, 57)
  return decode(new Decoder(Buffer.concat([header, packed])))
}

describe.each([1, 2, 3, 4])('codec %i', number => {
  const codec = codecs(100_000)[number]!

  it(`packs and unpacks ${NAMES[number]}`, async () => {
    const packed = await codec.compress({ buffer: text })
    expect(packed.length).toBeLessThan(text.length / 5)
    expect(await codec.decompress(packed)).toEqual(text)
  })

  it('has records that say so in the stead of those that cannot be unpacked', async () => {
    const { records } = await decodeBatch(number, Buffer.from('garbage '.repeat(9)), 3)
    expect(records.map(({ offset }) => offset)).toEqual(['100', '101', '102'])
    for (const { value, headers } of records) {
      expect(value).toBeNull()
      expect(`${headers[UNREADABLE]}`).not.toBe('')
    }
  })

  it('unpacks no more than it may', async () => {
    const bomb = await codec.compress({ buffer: Buffer.alloc(70 * 2 ** 20) })
    const { records } = await decodeBatch(number, bomb, 2)
    expect(records).toHaveLength(2)
    expect(Object.keys(records[1]!.headers)).toEqual([UNREADABLE])
  })
})

it("unpacks Java's snappy, block by block", async () => {
  const blocks = [text.subarray(0, 32_768), text.subarray(32_768)].map(block => {
    const packed = compressSync(block)
    const size = Buffer.alloc(4)
    size.writeInt32BE(packed.length)
    return Buffer.concat([size, packed])
  })
  const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
  expect(await codecs()[2]!.decompress(Buffer.concat([magic, ...blocks]))).toEqual(text)
})

it('is told a size by lz4 or adds up its blocks', async () => {
  const small = compressFrameSync(Buffer.from('little'))
  expect(`${await codecs(100_000)[3]!.decompress(small)}`).toBe('little')
  expect(`${await codecs(100)[4]!.decompress(zstdCompressSync('little'))}`).toBe('little')
})
