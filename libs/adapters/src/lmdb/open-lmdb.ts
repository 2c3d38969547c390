import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ExploreError } from '@explore/explore'
import { type Database, type DatabaseOptions, type Key, open, type RootDatabase } from 'lmdb'
import { checkDataFile } from './data-file.ts'
import { fromLastCommit, seeLastCommit } from './last-commit.ts'
import { lmdbError } from './lmdb-error.ts'

/** Version of all that the stores write: keys, encodings, tables. Raise it when older code must not read on. */
const FORMAT = 1

/**
 * Bytes; LMDB's own is 4096. What comes and goes leaves many free pages, among which LMDB looks for as many in a row as a
 * value takes, at every write: 80 KB are 20 of its own and 3 of these, and a write takes 0.2 ms and not 10.
 */
const FLEETING_PAGE = 2 ** 15

/** One LMDB environment; any number of threads and processes may have it open. */
export interface LmdbEnvironment {
  readonly path: string
  /** A table of the environment, made at its first use. */
  readonly table: <V, K extends Key>(name: string, options: DatabaseOptions) => Database<V, K>
  /**
   * Runs `work` in a write transaction; resolves when it is on disk, or of an environment that is not durable, done. All that is asked for while a commit is under
   * way goes into the next one. `work` must be synchronous and must not throw after its first write: what it wrote
   * would stay. Rejects with DISK_FULL or what `work` threw.
   */
  readonly write: <T>(work: () => T) => Promise<T>
  /** Lets the reads that follow see all that any thread or process has committed. */
  readonly refresh: () => void
  /** Copies all that is committed, as of one moment, into a folder that is there and empty; others write meanwhile. */
  readonly backup: (folder: string) => Promise<void>
  /** Waits for the writes under way. The stores on the environment end with it. */
  readonly close: () => Promise<void>
}

export interface LmdbOptions {
  /** Bytes of address space to map; grown when the data outgrows them. Default 16 GiB. */
  readonly mapSize?: number
  readonly readOnly?: boolean
  /**
   * Default true. Else a write is a matter of microseconds on the calling thread, and survives the process but not a
   * power loss, which may leave the folder broken: for what can be thrown away with it.
   */
  readonly durable?: boolean
}

/**
 * Opens the environment in the folder `path`, made if it is missing.
 * Throws STATE_NEWER, STATE_BROKEN, STATE_FORBIDDEN or DISK_FULL.
 */
export const openLmdb = (
  path: string,
  { mapSize = 16 * 2 ** 30, readOnly = false, durable = true }: LmdbOptions = {},
): LmdbEnvironment => {
  const folder = resolve(path)
  const { root, release } = share(folder, { mapSize, readOnly, durable })
  const writing = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  const expectOpen = (): void => {
    if (closing) throw new ExploreError('SHUTTING_DOWN', `${folder} is closed`)
  }
  const table = <V, K extends Key>(name: string, options: DatabaseOptions): Database<V, K> => {
    const found = root.openDB<V, K>(name, options) as Database<V, K> | undefined
    if (found === undefined) throw new ExploreError('STATE_BROKEN', `${folder} has no ${name}`)
    return found
  }
  const env: LmdbEnvironment = {
    path: folder,
    table,
    write: async work => {
      expectOpen()
      if (readOnly) throw new ExploreError('STATE_FORBIDDEN', `${folder} was opened to be read`)
      let thrown: unknown
      const noted = () => {
        try {
          return work()
        } catch (error) {
          thrown = error
          throw error
        }
      }
      const written = fromLastCommit({ root, folder }, mayWrite => {
        const guarded = () => (mayWrite() ? noted() : (undefined as ReturnType<typeof noted>))
        // In lmdb 3.5 the promise waits for fdatasync; `flushed` must not be awaited: it never
        // settles when a later commit fails.
        return durable ? root.transaction(guarded) : root.transactionSync(guarded)
      })
      writing.add(written)
      try {
        return await written
      } catch (error) {
        throw lmdbError(folder, thrown ?? (await reasonOf(error)))
      } finally {
        writing.delete(written)
      }
    },
    refresh: () => {
      expectOpen()
      root.resetReadTxn()
    },
    backup: async to => {
      expectOpen()
      try {
        // Compacted: what was erased is not copied with the free pages that still hold it.
        await root.backup(to, true)
      } catch (error) {
        throw lmdbError(to, error)
      }
    },
    close: () => (closing ??= Promise.allSettled(writing).then(release)),
  }
  try {
    if (!readOnly) seeLastCommit({ root, folder })
    claim(env, root, readOnly)
  } catch (error) {
    void env.close()
    throw lmdbError(folder, error)
  }
  return env
}

interface SharedRoot {
  readonly root: RootDatabase
  /** Of the data file: a folder that was made anew is another. */
  readonly inode: number | undefined
  users: number
}

/** What this thread has open, by folder and kind. */
const roots = new Map<string, SharedRoot>()

/**
 * A thread opens a folder once, for all who ask: lmdb commits on a thread of its own, which calls back; who began to write
 * to the folder by a second opening would wait for that commit, and the commit for them.
 */
const share = (
  folder: string,
  options: Required<LmdbOptions>,
): { readonly root: RootDatabase; readonly release: () => Promise<void> } => {
  const inode = () => statSync(join(folder, 'data.mdb'), { throwIfNoEntry: false })?.ino
  const kind = `${options.readOnly} ${options.durable} ${folder}`
  let shared = roots.get(kind)
  if (shared === undefined || shared.inode !== inode()) {
    const root = openRoot(folder, options)
    shared = { root, inode: inode(), users: 0 }
    roots.set(kind, shared)
  }
  const mine = shared
  mine.users++
  return {
    root: mine.root,
    release: async () => {
      if (--mine.users > 0) return
      if (roots.get(kind) === mine) roots.delete(kind)
      await mine.root.close()
    },
  }
}

const openRoot = (
  folder: string,
  { mapSize, readOnly, durable }: Required<LmdbOptions>,
): RootDatabase => {
  try {
    checkDataFile(join(folder, 'data.mdb'))
    return open({
      path: folder,
      noSubdir: false,
      readOnly,
      mapSize,
      maxDbs: 32,
      maxReaders: 1024,
      // A commit is visible only when it is durable, so that no state is ahead of its log after a power loss.
      overlappingSync: false,
      noSync: !durable,
      ...(!durable && { pageSize: FLEETING_PAGE }),
      // The batches of event turns reject a promise that nobody holds when a commit fails.
      eventTurnBatching: false,
    })
  } catch (error) {
    throw lmdbError(folder, error)
  }
}

/** Writes the format's version into a new environment, checks it in an old one. */
const claim = (env: LmdbEnvironment, root: RootDatabase, readOnly: boolean): void => {
  const tables = [...root.getKeys()]
  if (tables.length > 0 && !tables.includes('meta')) {
    throw new ExploreError(
      'STATE_BROKEN',
      `${env.path} holds an LMDB environment of something else`,
    )
  }
  const meta = metaOf(env)
  if (!readOnly && meta.get('format') === undefined) {
    root.transactionSync(() => {
      if (meta.get('format') !== undefined) return
      meta.putSync('catalogueId', randomUUID())
      meta.putSync('format', FORMAT)
    })
  }
  const format = meta.get('format')
  if (format === FORMAT) return
  const older = typeof format !== 'number' || format < FORMAT
  throw new ExploreError(
    older ? 'STATE_BROKEN' : 'STATE_NEWER',
    `${env.path} has format ${format}, this version reads ${FORMAT}`,
  )
}

/** Single values: `format`, `catalogueId`, and what the stores count. */
export const metaOf = (env: LmdbEnvironment): Database<number | string, string> =>
  env.table('meta', { encoding: 'json' })

/** lmdb rejects with a wrapper whose `commitError` is a promise that rejects with the reason. */
const reasonOf = async (error: unknown): Promise<unknown> => {
  try {
    await (error as { commitError?: Promise<never> }).commitError
    return error
  } catch (reason) {
    return reason
  }
}
