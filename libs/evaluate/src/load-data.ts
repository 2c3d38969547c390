import { readdir } from 'node:fs/promises'
import { importRecords, loadMapping } from '@explore/adapters'
import type { Event, Item, Millis, User } from '@explore/explore'
import { type Dataset, datasetOf } from './dataset.ts'

export interface LoadDataOptions {
  /** A folder or a file, as `explore import` takes them. */
  readonly path: string
  /** Name of a shipped mapping or path of a mapping file. Default: what the folder looks like. */
  readonly mapping?: string
  /** The present: nothing may have happened a day after it. */
  readonly now: Millis
  readonly onProgress?: (fraction: number) => void
  readonly signal?: AbortSignal
}

/** Reads data into memory through the import that ships. Throws what `importRecords` throws. */
export const loadData = async (options: LoadDataOptions): Promise<Dataset> => {
  const { path, now, onProgress, signal } = options
  const items: Item[] = []
  const users: User[] = []
  const events: Event[] = []
  await importRecords(
    {
      paths: [path],
      mapping: await loadMapping(options.mapping ?? (await mappingFor(path))),
      maxRejects: 0,
      now,
      onProgress: ({ phase, done, total }) =>
        onProgress?.(((total === 0 ? 1 : done / total) + Number(phase === 'apply')) / 2),
      ...(signal && { signal }),
    },
    {
      items: async batch => void items.push(...batch),
      users: async batch => void users.push(...batch),
      events: async batch => void events.push(...batch),
    },
  )
  return datasetOf(path, { items, users, events })
}

/** `kuairand` for a folder with KuaiRand's files as the mapping names them, else `generic`. */
export const mappingFor = async (path: string): Promise<'kuairand' | 'generic'> => {
  const names = await readdir(path).catch((): string[] => [])
  const has = (prefix: string): boolean =>
    names.some(name => KUAIRAND.test(name) && name.startsWith(prefix))
  return has('impressions') && has('items') && has('users') ? 'kuairand' : 'generic'
}

const KUAIRAND = /\.csv(\.gz)?$/
