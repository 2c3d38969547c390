import { Parser } from 'csv-parse'
import { ExploreError } from '@explore/explore'
import type { Progress } from './read-bytes.ts'
import { MAX_ROW_BYTES } from './row-batch.ts'
import type { BadRow, Row, RowBatch } from './row-batch.ts'

const FAULTS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  CSV_QUOTE_NOT_CLOSED: ['a quote is opened and never closed', 'double the quotes within a field'],
  CSV_MAX_RECORD_SIZE: [
    `a row is longer than ${MAX_ROW_BYTES} bytes`,
    'is a quote opened and never closed?',
  ],
}

/**
 * The rows of a CSV whose first row names the columns. Quoted fields may hold delimiters and line
 * breaks; a stray quote is taken as it is; blank lines are skipped; an empty field is null; a row
 * with too few or too many fields is bad. Throws IMPORT_FILE where a quote is never closed, because
 * it swallows all that follows.
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  name: string,
  delimiter: string,
  columns: readonly string[],
  progress: Progress,
): AsyncGenerator<RowBatch> {
  let present: readonly string[] | undefined
  let places: readonly number[] = []
  let rows: Row[] = []
  let bad: BadRow[] = []
  let blank = 0

  const accept = (fields: readonly string[], end: number, blankSoFar: number): void => {
    // The parser tells where a row ends; it begins after the last row and the blank lines between.
    const line = progress.line + 1 + blankSoFar - blank
    progress.line = end
    blank = blankSoFar
    if (present === undefined) {
      const header = fields.map(field => field.trim())
      present = header
      places = columns.map(column => header.indexOf(column))
    } else if (fields.length === present.length) {
      // An absent column's place is -1: its cell stays undefined.
      rows.push({ line, cells: places.map(place => fields[place] || null) })
    } else {
      const span = end === line ? '' : `, over the lines ${line} to ${end}`
      const reason = `has ${fields.length} fields, the header ${present.length}${span}`
      bad.push({ line, reason, value: fields.join(delimiter) })
    }
  }

  const parser = new Parser({
    bom: true,
    delimiter,
    max_record_size: MAX_ROW_BYTES,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    on_record: (fields: readonly string[], { lines, empty_lines }) => {
      accept(fields, lines, empty_lines)
      // Rows are handed over by batch: the stream's own output would cost an event each.
      return null
    },
  })
  // Failures come back through the callbacks below; an 'error' event nobody hears would end the process.
  parser.on('error', () => {})

  const fed = (chunk?: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const done = (cause?: Error | null): void => {
        if (!cause) return resolve()
        const [what, hint] = FAULTS[(cause as { code?: string }).code ?? ''] ?? [cause.message]
        const message = `${name}: ${what}, after line ${progress.line}`
        reject(new ExploreError('IMPORT_FILE', message, { field: name, hint, cause }))
      }
      if (chunk !== undefined) parser.write(chunk, done)
      else parser.end(done)
    })

  const batch = (): RowBatch => {
    const full = { present: present ?? [], rows, bad, bytes: progress.bytes }
    rows = []
    bad = []
    return full
  }

  for await (const chunk of chunks) {
    await fed(chunk)
    if (rows.length > 0 || bad.length > 0) yield batch()
  }
  await fed()
  yield batch()
}
