import { fileFormat } from './file-format.ts'
import { readBytes } from './read-bytes.ts'
import type { Progress } from './read-bytes.ts'
import { readCsv } from './read-csv.ts'
import { readJsonl } from './read-jsonl.ts'
import { readParquet } from './read-parquet.ts'
import type { RowBatch } from './row-batch.ts'

/** A file to read, and how messages and the rejects file call it. */
export interface SourceFile {
  readonly path: string
  readonly name: string
}

/**
 * Streams the named columns of a CSV, TSV, JSONL or Parquet file, in batches, in bounded memory.
 * Columns that nobody asked for never leave the reader. The last batch may be empty; there is
 * always one. Throws IMPORT_FILE with the line reached.
 */
export const readRows = (
  { path, name }: SourceFile,
  columns: readonly string[],
): AsyncGenerator<RowBatch> => {
  const { kind, gzip, delimiter } = fileFormat(name)
  if (kind === 'parquet') return readParquet(path, name, columns)
  const progress: Progress = { bytes: 0, line: 0 }
  const chunks = readBytes({ path, name, kind, gzip }, progress)
  return kind === 'csv'
    ? readCsv(chunks, name, delimiter, columns, progress)
    : readJsonl(chunks, columns, progress)
}
