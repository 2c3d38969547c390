import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'
import { ExploreError } from '@explore/explore'
import { orDiskFull, sync } from '../bundle/files.ts'

/** What a snapshot says of itself, in its first line. */
export interface SnapshotHead {
  readonly snapshot: 1
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Whose ordinals its numbers are by. */
  readonly catalogueId: string
  /** Up to where each partition of the log is folded. */
  readonly watermarks: readonly number[]
  /** Settings that decide what the fold makes of the log. */
  readonly fold: Readonly<Record<string, unknown>>
}

/** A line after the first. Those of a partition stand together. */
export type SnapshotRow =
  /** An encoded state, as base64. */
  | readonly ['user', partition: number, id: string, state: string]
  /** The share of an item's counters that the partition has added. */
  | readonly ['counters', partition: number, item: number, values: readonly number[]]
  | readonly [
      'board',
      partition: number,
      name: string,
      members: readonly (readonly [number, number])[],
    ]

const LINES = 256

/** Writes a snapshot whole, or not at all: zstd over lines of JSON, the last of which is the sum of those before. */
export const writeSnapshot = async (
  path: string,
  head: SnapshotHead,
  rows: AsyncIterable<SnapshotRow>,
): Promise<void> => {
  const part = `${path}.part`
  const text = async function* (): AsyncGenerator<string> {
    const sum = createHash('sha256')
    let waiting: string[] = [JSON.stringify(head)]
    const flush = (): string => {
      const lines = `${waiting.join('\n')}\n`
      sum.update(lines)
      waiting = []
      return lines
    }
    for await (const row of rows) {
      if (waiting.push(JSON.stringify(row)) >= LINES) yield flush()
    }
    if (waiting.length > 0) yield flush()
    yield `${JSON.stringify(['sha256', sum.digest('hex')])}\n`
  }
  try {
    await pipeline(Readable.from(text()), createZstdCompress(), createWriteStream(part))
    await sync(part)
    await rename(part, path)
    await sync(dirname(path))
  } catch (error) {
    await rm(part, { force: true })
    orDiskFull(error)
  }
}

/** The first line of a snapshot. Throws STATE_BROKEN, STATE_NEWER. */
export const readHead = async (path: string): Promise<SnapshotHead> => {
  for await (const line of linesOf(path)) return headOf(path, line)
  throw broken(path, 'it is empty')
}

/** Reads all of it, and throws STATE_BROKEN where it is not what was written. */
export const checkSnapshot = async (path: string): Promise<SnapshotHead> => {
  const sum = createHash('sha256')
  let head: SnapshotHead | undefined
  let last: string | undefined
  for await (const line of linesOf(path)) {
    if (last !== undefined) sum.update(`${last}\n`)
    head ??= headOf(path, line)
    last = line
  }
  if (head === undefined) throw broken(path, 'it is empty')
  if (last !== JSON.stringify(['sha256', sum.digest('hex')])) {
    throw broken(path, 'it is cut off or was changed')
  }
  return head
}

/** The rows of a snapshot that has been checked. */
export async function* snapshotRows(path: string): AsyncGenerator<SnapshotRow> {
  let first = true
  for await (const line of linesOf(path)) {
    const row = first ? undefined : (JSON.parse(line) as SnapshotRow | readonly ['sha256', string])
    if (row !== undefined && row[0] !== 'sha256') yield row
    first = false
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path)
  const unpacked = createZstdDecompress()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  for (const stream of [file, unpacked]) stream.once('error', failed.reject)
  const lines = createInterface({ input: file.pipe(unpacked) })[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { value, done } = await Promise.race([lines.next(), failed.promise])
      if (done) return
      yield value
    }
  } catch (cause) {
    throw broken(path, (cause as Error).message, cause)
  } finally {
    file.destroy()
  }
}

const headOf = (path: string, line: string): SnapshotHead => {
  let head: SnapshotHead
  try {
    head = JSON.parse(line) as SnapshotHead
  } catch (cause) {
    throw broken(path, 'it is no snapshot', cause)
  }
  if (!Number.isInteger(head?.snapshot)) throw broken(path, 'it is no snapshot')
  if (head.snapshot > 1) {
    throw new ExploreError('STATE_NEWER', `${path} has version ${head.snapshot}, this reads 1`)
  }
  return head
}

const broken = (path: string, why: string, cause?: unknown): ExploreError =>
  new ExploreError('STATE_BROKEN', `the snapshot ${path} cannot be used: ${why}`, {
    ...{ cause, hint: 'take another snapshot, or fold the log from its start' },
  })
