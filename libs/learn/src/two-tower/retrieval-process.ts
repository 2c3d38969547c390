import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Catalogue, ExploreError, type ErrorCode } from '@explore/explore'
import type { PositiveRows } from '../examples/positive-rows.ts'
import type { SharedViewers, ViewerRows } from '../examples/viewer-rows.ts'
import type { Retrieval } from './train-retrieval.ts'
import type { TwoTowerOptions } from './two-tower-options.ts'

/** What the process is sent first. */
export interface RetrievalTask {
  readonly catalogue: CatalogueColumns
  readonly viewers: SharedViewers
  readonly positives: Pick<PositiveRows, 'viewer' | 'item' | 'time' | 'kinds'>
  readonly options: Omit<TwoTowerOptions, 'onProgress' | 'signal'>
}

/** What it is sent later. */
export const STOP = 'stop'

/** What the process says. */
export type RetrievalNews =
  | { readonly progress: readonly [fraction: number, message: string] }
  | { readonly done: Retrieval }
  | { readonly failed: { readonly code: ErrorCode; readonly message: string } | Error }

type CatalogueColumns = Pick<
  Catalogue,
  'size' | 'authors' | 'topics' | 'attributes' | 'createdAt' | 'durations' | 'flags' | 'risks'
>

const columnsOf = (catalogue: Catalogue): CatalogueColumns => {
  const { size, authors, topics, attributes, createdAt, durations, flags, risks } = catalogue
  return { size, authors, topics, attributes, createdAt, durations, flags, risks }
}

/** A catalogue without ids: all that features are made of. */
export const catalogueOf = (columns: CatalogueColumns): Catalogue =>
  Object.assign(new Catalogue(), columns)

/**
 * `trainRetrieval` in a process of its own, so that another core is used: the runtime's runs block the
 * thread that asks for them, and the runtime is not made for two threads of one process.
 */
export const retrievalInProcess = async (
  examples: {
    readonly catalogue: Catalogue
    readonly viewers: Pick<ViewerRows, 'share'>
    readonly positives: RetrievalTask['positives']
  },
  {
    onProgress,
    onSent,
    signal,
    ...options
  }: TwoTowerOptions & {
    /** Called once it has the examples: a thread that computes until then holds up their sending. */
    readonly onSent?: () => void
  },
): Promise<Retrieval> => {
  signal?.throwIfAborted()
  const { viewer, item, time, kinds } = examples.positives
  const child = fork(fileURLToPath(new URL('./retrieval-child.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: [],
  })
  const task: RetrievalTask = {
    catalogue: columnsOf(examples.catalogue),
    viewers: examples.viewers.share(),
    positives: { viewer, item, time, kinds },
    options,
  }
  child.send(task, () => onSent?.())
  // It saves what it has and ends by itself.
  const stop = (): void => void (child.connected && child.send(STOP))
  signal?.addEventListener('abort', stop, { once: true })
  let done: Retrieval | undefined
  let failed: Error | undefined
  child.on('message', (news: RetrievalNews) => {
    if ('progress' in news) onProgress?.(...news.progress)
    else if ('done' in news) done = news.done
    else {
      const { failed: why } = news
      failed = why instanceof Error ? why : new ExploreError(why.code, why.message)
    }
  })
  const [code, killer] = (await once(child, 'close')) as [number | null, string | null]
  signal?.removeEventListener('abort', stop)
  signal?.throwIfAborted()
  if (done) return done
  throw failed ?? new Error(`training retrieval ended by ${killer ?? `exit code ${code}`}`)
}
