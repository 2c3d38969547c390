import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { EVENT_TYPES, ExploreError } from '@explore/explore'
import type { Event, EventType, Item, Millis, User } from '@explore/explore'
import { compileMapping } from './compile-mapping.ts'
import { findFiles } from './find-files.ts'
import type { Mapping } from './mapping-schema.ts'
import { readRecords } from './read-records.ts'
import type { FileReport, ReadProgress, Spool } from './read-records.ts'
import { rejectsFile } from './rejects-file.ts'
import { SpillSort } from './spill-sort.ts'

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

const spool = (folder: string): Spool => ({
  items: new SpillSort<Item>(join(folder, 'items'), () => 0, 10_000),
  users: new SpillSort<User>(join(folder, 'users'), () => 0, 10_000),
  events: new SpillSort<Event>(join(folder, 'events'), event => event.time),
})

const apply = async (
  { items, users, events }: Spool,
  sink: ImportSink,
  { onProgress, signal }: ImportOptions,
): Promise<Pick<ImportReport, 'eventTypes' | 'events'>> => {
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
  await pour(items.sorted(), batch => sink.items(batch))
  await pour(users.sorted(), batch => sink.users(batch))
  const isNew = repeatFilter()
  await pour(events.sorted(), async batch => {
    const fresh = batch.filter(isNew)
    for (const { type } of fresh) eventTypes[type]++
    if (fresh.length > 0) await sink.events(fresh)
  })
  return { eventTypes, events: Object.values(eventTypes).reduce((sum, count) => sum + count) }
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
  const rules = compileMapping(options.mapping, options.now)
  const { matched, ignored } = await findFiles(options.paths, rules)
  if (matched.some(({ path }) => resolve(path) === resolve(options.rejectsPath ?? ''))) {
    throw new ExploreError('USAGE', 'the rejects would overwrite a file that is to be imported', {
      field: options.rejectsPath,
    })
  }
  const folder = await mkdtemp(join(options.tempFolder ?? tmpdir(), 'explore-import-'))
  const waiting = spool(folder)
  try {
    const rejects = await rejectsFile(options.rejectsPath)
    const files = await readRecords(matched, waiting, rejects, options).finally(rejects.close)
    const applied = await apply(waiting, sink, options)
    return {
      files,
      ignored,
      items: waiting.items.length,
      users: waiting.users.length,
      ...applied,
      duplicates: waiting.events.length - applied.events,
      rejects: files.reduce((sum, file) => sum + file.rejects, 0),
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause
    throw new ExploreError('DISK_FULL', 'no space is left on the device', { cause })
  } finally {
    await Promise.all(Object.values(waiting).map(sorter => sorter.close()))
    await rm(folder, { recursive: true, force: true })
  }
}
