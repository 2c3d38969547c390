import { ExploreError } from '@explore/explore'
import type { SchemaElement } from 'hyparquet'
import type { ParquetWriter } from 'hyparquet-writer'
import { orDiskFull } from './bundle/files.ts'

/** A column: one value per row, or with a width a list of as many. None is null. */
export interface ParquetColumn {
  readonly name: string
  readonly type: 'INT32' | 'FLOAT' | 'STRING' | 'TIMESTAMP' | 'BOOLEAN'
  readonly width?: number
}

export type ParquetValue = number | string | boolean | Date | ArrayLike<number>

export interface ParquetFile {
  readonly rows: () => number
  /** Takes a row, values in the order of the columns. Throws DISK_FULL. */
  readonly add: (row: readonly ParquetValue[]) => void
  /** Writes what is left and the footer: without it the file is none. Throws DISK_FULL. */
  readonly finish: () => void
}

/** Rows held in memory at a time. */
const GROUP = 10_000

/** Writes rows as they come, a row group at a time, compressed with Snappy. */
export const parquetFile = async (
  path: string,
  columns: readonly ParquetColumn[],
): Promise<ParquetFile> => {
  const { fileWriter, ParquetWriter } = await import('hyparquet-writer')
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.flatMap(elementsOf),
  ]
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      return orDiskFull(error)
    }
  }
  const writer: ParquetWriter = guarded(
    () => new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'explore' }),
  )
  let pending: ParquetValue[][] = columns.map(() => [])
  let written = 0

  const flush = (): void => {
    const rows = pending[0]!.length
    if (rows === 0) return
    const columnData = columns.map(({ name }, i) => ({ name, data: pending[i]! }))
    guarded(() => void writer.write({ columnData, rowGroupSize: GROUP }))
    written += rows
    pending = columns.map(() => [])
  }

  return {
    rows: () => written + pending[0]!.length,
    add: row => {
      row.forEach((value, i) => {
        const { name, width } = columns[i]!
        const list = typeof value === 'object' && !(value instanceof Date)
        if (list !== (width !== undefined) || (list && value.length !== width)) {
          throw new ExploreError('FIELD_INVALID', `${name} takes ${width ?? 'one value'}`, {
            field: name,
          })
        }
        pending[i]!.push(list ? Array.from(value) : value)
      })
      if (pending[0]!.length >= GROUP) flush()
    },
    finish: () => {
      flush()
      guarded(() => void writer.finish())
    },
  }
}

const elementsOf = ({ name, type, width }: ParquetColumn): SchemaElement[] => {
  const leaf: Omit<SchemaElement, 'name'> = {
    repetition_type: 'REQUIRED',
    ...(type === 'STRING'
      ? { type: 'BYTE_ARRAY', converted_type: 'UTF8' }
      : type === 'TIMESTAMP'
        ? { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }
        : { type }),
  }
  return width === undefined
    ? [{ name, ...leaf }]
    : [
        { name, repetition_type: 'REQUIRED', num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', ...leaf },
      ]
}
