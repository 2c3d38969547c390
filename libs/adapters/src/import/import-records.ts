import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { EVENT_TYPES, ExploreError } from '@explore/explore'
import type { Event, EventType, Item, Millis, User } from '@explore/explore'
import { orDiskFull, writeDurably } from '../bundle/files.ts'
import { compileMapping } from './compile-mapping.ts'
import { findFiles } from './find-files.ts'
import type { Mapping } from './mapping-schema.ts'
import { readRecords } from './read-records.ts'
import type { FileReport, ReadProgress } from './read-records.ts'
import { rejectsFile } from './rejects-file.ts'
import { closeSpool, newSpool, openSpool, type SpilledSpool } from './spool.ts'

/** Takes what was imported, in batches of at most 1,000: all items, then all users, then all events by time. */
export interface ImportSink {
  readonly items: (batch: readonly Item[]) => Promise<void>
  readonly users: (batch: readonly User[]) => Promise<void>
  readonly events: (batch: readonly Event[]) => Promise<void>
}

/** How far the import is: bytes read of all files, then records handed over of all records. */
export type ImportProgress =
  ReadProgress | { readonly phase: 'apply'; readonly done: number; readonly total: number }

export interface ImportOptions {
  /** Files and folders. */
  readonly paths: readonly string[]
  readonly mapping: Mapping
  /** How many rows may be refused before the import stops. */
  readonly maxRejects: number
  /** The time of the import: nothing may have happened a day after it. */
  readonly now: Millis
  /** A CSV of the refused rows is written here. */
  readonly rejectsPath?: string
  /** Where records wait, on disk, until all files have been read; the system's folder by default. */
  readonly tempFolder?: string
  readonly onProgress?: (progress: ImportProgress) => void
  readonly signal?: AbortSignal
}

export interface ApplyOptions extends Pick<ImportOptions, 'onProgress' | 'signal'> {
  readonly applied?: number
}

/** What a staged import's folder says of itself, once all of it is there. */
interface Staged extends SpilledSpool {
  readonly files: readonly FileReport[]
  readonly ignored: readonly string[]
}

const STAGED = 'staged.json'

export interface ImportReport {
  readonly files: readonly FileReport[]
  /** Files of the folders that the mapping does not read. */
  readonly ignored: readonly string[]
  readonly items: number
  readonly users: number
  readonly events: number
  readonly eventTypes: Readonly<Record<EventType, number>>
  /** Events that were left out because an event with their id and time came before. */
  readonly duplicates: number
  readonly rejects: number
}

/** Tells events from those whose id an event of the same time bore before; they come in time order. */
const repeatFilter = (): ((event: Event) => boolean) => {
  let time = NaN
  const ids = new Set<string>()
  return event => {
    if (event.time !== time) ids.clear()
    time = event.time
    const isNew = !ids.has(event.eventId)
    ids.add(event.eventId)
    return isNew
  }
}

/**
 * Reads files by a mapping and hands their records to the sink, but not before all of them have
 * been read and checked: an import that fails, or refuses more than `maxRejects` rows, has applied
 * nothing. Memory is bounded; records wait on disk. An item or user that comes twice is handed over
 * twice: the later one is to win. Throws IMPORT_FILE, IMPORT_COLUMN, IMPORT_MAPPING,
 * IMPORT_REJECTS, DISK_FULL, and whatever the sink throws.
 */
export const importRecords = async (
  options: ImportOptions,
  sink: ImportSink,
): Promise<ImportReport> => {
  const folder = await mkdtemp(join(options.tempFolder ?? tmpdir(), 'explore-import-'))
  try {
    await stageImport(options, folder)
    return await applyImport(folder, sink, options)
  } catch (cause) {
    return orDiskFull(cause)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Reads and checks all files and leaves their records in `folder`, which survives a crash, to be applied. */
export const stageImport = async (options: ImportOptions, folder: string): Promise<void> => {
  const rules = compileMapping(options.mapping, options.now)
  const { matched, ignored } = await findFiles(options.paths, rules)
  if (matched.some(({ path }) => resolve(path) === resolve(options.rejectsPath ?? ''))) {
    throw new ExploreError('USAGE', 'the rejects would overwrite a file that is to be imported', {
      field: options.rejectsPath,
    })
  }
  const waiting = newSpool(folder)
  try {
    const rejects = await rejectsFile(options.rejectsPath)
    const files = await readRecords(matched, waiting, rejects, options).finally(rejects.close)
    const staged: Staged = {
      files,
      ignored,
      items: await waiting.items.seal(),
      users: await waiting.users.seal(),
      events: await waiting.events.seal(),
    }
    await writeDurably(join(folder, STAGED), JSON.stringify(staged))
  } catch (cause) {
    orDiskFull(cause)
  } finally {
    await closeSpool(waiting)
  }
}

/**
 * Hands what was staged in `folder` to the sink. Of an import that was cut short, `applied` is the number
 * of events that the sink has already; items and users are handed over again, which changes nothing.
 */
export const applyImport = async (
  folder: string,
  sink: ImportSink,
  { applied = 0, onProgress, signal }: ApplyOptions = {},
): Promise<ImportReport> => {
  const staged = JSON.parse(await readFile(join(folder, STAGED), 'utf8')) as Staged
  const { items, users, events } = await openSpool(folder, staged)
  const total = items.length + users.length + events.length
  let done = 0
  const pour = async <T>(
    batches: AsyncIterable<readonly T[]>,
    take: (batch: readonly T[]) => Promise<void>,
  ): Promise<void> => {
    for await (const batch of batches) {
      signal?.throwIfAborted()
      await take(batch)
      done += batch.length
      onProgress?.({ phase: 'apply', done, total })
    }
  }
  const eventTypes = Object.fromEntries(EVENT_TYPES.map(type => [type, 0])) as Record<
    EventType,
    number
  >
  try {
    await pour(items.sorted(), batch => sink.items(batch))
    await pour(users.sorted(), batch => sink.users(batch))
    const isNew = repeatFilter()
    let known = applied
    await pour(events.sorted(), async batch => {
      const fresh = batch.filter(isNew)
      for (const { type } of fresh) eventTypes[type]++
      const rest = fresh.slice(known)
      known -= fresh.length - rest.length
      if (rest.length > 0) await sink.events(rest)
    })
  } finally {
    await closeSpool({ items, users, events })
  }
  const { files, ignored } = staged
  const count = Object.values(eventTypes).reduce((sum, of) => sum + of)
  return {
    files,
    ignored,
    items: items.length,
    users: users.length,
    events: count,
    eventTypes,
    duplicates: events.length - count,
    rejects: files.reduce((sum, file) => sum + file.rejects, 0),
  }
}
