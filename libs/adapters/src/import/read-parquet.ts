import { stat } from 'node:fs/promises'
import { ExploreError } from '@explore/explore'
import type { Cell } from './cell.ts'
import type { RowBatch } from './row-batch.ts'

const BATCH_ROWS = 1_000

/** Parquet's types as cells: times as milliseconds, bytes as text, whole numbers beyond 2^53 as text. */
const toCell = (value: unknown): Cell => {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  }
  if (value instanceof Date) return value.getTime()
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (Array.isArray(value)) return value.map(toCell)
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, cell]) => [key, toCell(cell)]))
  }
  return value as Cell
}

/**
 * The rows of a Parquet file, any codec; only the columns asked for are read, a row group at a
 * time, so memory grows with the file's largest row group. Throws IMPORT_FILE for a broken file.
 */
export async function* readParquet(
  path: string,
  name: string,
  columns: readonly string[],
): AsyncGenerator<RowBatch> {
  const [parquet, { compressors }, { size }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
    stat(path),
  ])
  try {
    const file = await parquet.asyncBufferFromFile(path)
    const metadata = await parquet.parquetMetadataAsync(file)
    const present = parquet.parquetSchema(metadata).children.map(child => child.element.name)
    const wanted = columns.filter(column => present.includes(column))
    const places = columns.map(column => wanted.indexOf(column))
    const total = Number(metadata.num_rows)

    let rowStart = 0
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows)
      let rows: readonly (readonly unknown[])[] = []
      await parquet.parquetRead({
        file,
        metadata,
        compressors,
        columns: wanted,
        rowStart,
        rowEnd,
        onComplete: read => (rows = read),
      })
      for (let i = 0; i < rows.length; i += BATCH_ROWS) {
        const slice = rows.slice(i, i + BATCH_ROWS)
        const first = rowStart + i + 1
        yield {
          present,
          rows: slice.map((values, j) => ({
            line: first + j,
            cells: places.map(place => toCell(values[place])),
          })),
          bad: [],
          bytes: Math.round((size * (first + slice.length - 1)) / total),
        }
      }
      rowStart = rowEnd
    }
    yield { present, rows: [], bad: [], bytes: size }
  } catch (cause) {
    throw new ExploreError('IMPORT_FILE', `${name}: ${(cause as Error).message}`, {
      field: name,
      hint: 'the file is broken or not Parquet: copy it again',
      cause,
    })
  }
}
