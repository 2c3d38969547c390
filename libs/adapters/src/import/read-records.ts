import { ExploreError } from '@explore/explore'
import type { Event, Item, User } from '@explore/explore'
import type { MatchedFile } from './find-files.ts'
import type { Column } from './formula-scope.ts'
import { nearest } from './nearest.ts'
import { readRows } from './read-rows.ts'
import { RejectedRow } from './rejected-row.ts'
import type { Reject, RejectsFile } from './rejects-file.ts'
import type { RowBatch } from './row-batch.ts'
import type { Spool } from './spool.ts'

export interface FileReport {
  readonly file: string
  /** Rows that were read, refused ones included. */
  readonly rows: number
  readonly rejects: number
  /** Rows that the mapping's conditions left out. */
  readonly skipped: number
}

export interface ReadProgress {
  readonly phase: 'read'
  readonly file: string
  readonly done: number
  readonly total: number
}

interface ReadOptions {
  readonly maxRejects: number
  readonly rejectsPath?: string
  readonly onProgress?: (progress: ReadProgress) => void
  readonly signal?: AbortSignal
}

/** Throws IMPORT_COLUMN for a column that the mapping reads and the file lacks or has twice. */
const checkColumns = (
  file: string,
  columns: readonly Column[],
  present: readonly string[],
): void => {
  for (const { name, optional } of columns) {
    const count = present.filter(column => column === name).length
    if (count === 1 || (count === 0 && optional)) continue
    const guess = nearest(name, present)
    const all = `it has ${present.slice(0, 100).join(', ')}`
    throw new ExploreError(
      'IMPORT_COLUMN',
      `${file} has ${count === 0 ? 'no' : 'more than one'} column ${name}`,
      { field: name, hint: guess && guess !== name ? `did you mean ${guess}? ${all}` : all },
    )
  }
}

interface BatchRecords {
  readonly items: readonly Item[]
  readonly users: readonly User[]
  readonly events: readonly Event[]
  /** In the order of their lines. */
  readonly rejects: readonly Reject[]
  readonly skipped: number
}

const batchRecords = ({ name, rule }: MatchedFile, { rows, bad }: RowBatch): BatchRecords => {
  const items: Item[] = []
  const users: User[] = []
  const events: Event[] = []
  const rejects: Reject[] = bad.map(row => ({ ...row, file: name, column: '' }))
  let skipped = 0
  for (const { line, cells } of rows) {
    try {
      const found = rule.records(cells)
      if (found.item) items.push(found.item)
      if (found.user) users.push(found.user)
      for (const event of found.events) events.push(event)
      if (!found.item && !found.user && found.events.length === 0) skipped++
    } catch (error) {
      if (!(error instanceof RejectedRow)) throw error
      rejects.push({
        file: name,
        line,
        column: error.column,
        reason: error.message,
        value: error.value,
      })
    }
  }
  return { items, users, events, rejects: rejects.sort((a, b) => a.line - b.line), skipped }
}

/**
 * Reads, checks and spools all files. Throws IMPORT_REJECTS at the row that is one too many; the
 * rejects file then ends with it.
 */
export const readRecords = async (
  files: readonly MatchedFile[],
  spool: Spool,
  rejects: RejectsFile,
  { maxRejects, rejectsPath, onProgress, signal }: ReadOptions,
): Promise<readonly FileReport[]> => {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const reports: FileReport[] = []
  let done = 0
  let refused = 0
  let first: Reject | undefined

  const refuse = async (some: readonly Reject[]): Promise<void> => {
    first ??= some[0]
    refused += some.length
    await rejects.write(some.slice(0, some.length - Math.max(0, refused - maxRejects - 1)))
    if (refused <= maxRejects || first === undefined) return
    const { file, line, column, reason } = first
    const where = `${file}, line ${line}${column && `, column ${column}`}`
    throw new ExploreError(
      'IMPORT_REJECTS',
      `more than ${maxRejects} rows were refused; the first: ${where}: ${reason}`,
      {
        field: column || undefined,
        hint: rejectsPath && `see ${rejectsPath}; correct the rows, or raise --max-rejects`,
      },
    )
  }

  for (const file of files) {
    const { name, rule, bytes } = file
    const columns = rule.columns.map(column => column.name)
    let checked = false
    const report = { file: name, rows: 0, rejects: 0, skipped: 0 }
    for await (const batch of readRows(file, columns)) {
      signal?.throwIfAborted()
      // JSONL has no header: what counts is what the first rows hold.
      if (!checked && batch.present.length > 0) {
        checkColumns(name, rule.columns, batch.present)
        checked = true
      }
      const records = batchRecords(file, batch)
      report.rows += batch.rows.length + batch.bad.length
      report.rejects += records.rejects.length
      report.skipped += records.skipped
      await refuse(records.rejects)
      await spool.items.add(records.items)
      await spool.users.add(records.users)
      await spool.events.add(records.events)
      onProgress?.({ phase: 'read', file: name, done: done + batch.bytes, total })
    }
    done += bytes
    reports.push(report)
  }
  return reports
}
