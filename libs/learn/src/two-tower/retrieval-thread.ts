import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Catalogue, ExploreError, type ErrorCode } from '@explore/explore'
import type { PositiveRows } from '../examples/positive-rows.ts'
import type { ViewerColumns, ViewerRows } from '../examples/viewer-rows.ts'
import type { Retrieval } from './train-retrieval.ts'
import type { TwoTowerOptions } from './two-tower-options.ts'

/** What the thread is started with. */
export interface RetrievalTask {
  readonly catalogue: CatalogueColumns
  readonly viewers: ViewerColumns
  readonly positives: Pick<PositiveRows, 'viewer' | 'item' | 'time' | 'kinds'>
  readonly options: Omit<TwoTowerOptions, 'onProgress' | 'signal'>
}

/** What the thread says. */
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

/** `trainRetrieval` in a thread of its own: the runtime's runs block the thread that asks for them. */
export const retrievalInThread = async (
  examples: {
    readonly catalogue: Catalogue
    readonly viewers: Pick<ViewerRows, 'columns'>
    readonly positives: RetrievalTask['positives']
  },
  { onProgress, signal, ...options }: TwoTowerOptions,
): Promise<Retrieval> => {
  signal?.throwIfAborted()
  const { viewer, item, time, kinds } = examples.positives
  // Only viewers with positives are sent, so that the copy is no larger than it must be.
  const rows = new Uint32Array(new Set(viewer))
  const rowOf = new Map(rows.entries().map(([at, row]) => [row, at]))
  const task: RetrievalTask = {
    catalogue: columnsOf(examples.catalogue),
    viewers: examples.viewers.columns(rows),
    positives: { viewer: viewer.map(row => rowOf.get(row) ?? 0), item, time, kinds },
    options,
  }
  const worker = new Worker(new URL('./retrieval-worker.ts', import.meta.url), { workerData: task })
  // The runtime does not survive a thread that is torn down in mid-run: it is asked to stop, and waited for.
  signal?.addEventListener('abort', () => worker.postMessage('stop'), { once: true })
  let done: Retrieval | undefined
  let failed: Error | undefined
  worker.on('message', (news: RetrievalNews) => {
    if ('progress' in news) onProgress?.(...news.progress)
    else if ('done' in news) done = news.done
    else {
      const { failed: why } = news
      failed = why instanceof Error ? why : new ExploreError(why.code, why.message)
    }
  })
  const [code] = await once(worker, 'exit')
  signal?.throwIfAborted()
  if (done) return done
  throw failed ?? new Error(`the retrieval thread ended with code ${code}`)
}
