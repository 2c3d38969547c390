import type { Cell } from './cell.ts'
import type { Progress } from './read-bytes.ts'
import { MAX_ROW_BYTES } from './row-batch.ts'
import type { BadRow, Row, RowBatch } from './row-batch.ts'

const LINE_FEED = 0x0a

/** Cuts chunks into lines; a line that is too long comes as undefined, and only its length is held. */
const lineCutter = (): ((chunk: Buffer | undefined) => (string | undefined)[]) => {
  let parts: Buffer[] = []
  let length = 0
  const keep = (part: Buffer): void => {
    length += part.length
    if (length > MAX_ROW_BYTES) parts = []
    else parts.push(part)
  }
  const cut = (): string | undefined => {
    const line = length > MAX_ROW_BYTES ? undefined : Buffer.concat(parts).toString()
    parts = []
    length = 0
    return line
  }
  return chunk => {
    if (chunk === undefined) return length > 0 ? [cut()] : []
    const lines: (string | undefined)[] = []
    let start = 0
    for (let end; (end = chunk.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
      keep(chunk.subarray(start, end))
      lines.push(cut())
    }
    if (start < chunk.length) keep(chunk.subarray(start))
    return lines
  }
}

const parsed = (text: string): Readonly<Record<string, Cell>> | string => {
  try {
    const value = JSON.parse(text) as unknown
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, Cell>) : 'is not a JSON object'
  } catch {
    return 'is not JSON'
  }
}

/**
 * The rows of a file of one JSON object a line. A line that is none, or is too long, is bad; blank
 * lines are skipped. `present` has the keys that the rows of the batch hold.
 */
export async function* readJsonl(
  chunks: AsyncIterable<Buffer>,
  columns: readonly string[],
  progress: Progress,
): AsyncGenerator<RowBatch> {
  const lines = lineCutter()

  const batch = (chunk: Buffer | undefined): RowBatch => {
    const rows: Row[] = []
    const bad: BadRow[] = []
    const present = new Set<string>()
    for (const text of lines(chunk)) {
      const line = ++progress.line
      if (text === undefined) {
        bad.push({ line, reason: `is longer than ${MAX_ROW_BYTES} bytes`, value: '' })
        continue
      }
      const plain = line === 1 ? text.replace(/^\uFEFF/, '') : text
      if (plain.trim() === '') continue
      const object = parsed(plain)
      if (typeof object === 'string') bad.push({ line, reason: object, value: plain })
      else {
        for (const key of Object.keys(object)) present.add(key)
        // Own keys only: a column named __proto__ or constructor is a column like any other.
        const cells = columns.map(key => (Object.hasOwn(object, key) ? object[key]! : null))
        rows.push({ line, cells })
      }
    }
    return { present: [...present], rows, bad, bytes: progress.bytes }
  }

  for await (const chunk of chunks) {
    const some = batch(chunk)
    if (some.rows.length > 0 || some.bad.length > 0) yield some
  }
  yield batch(undefined)
}
