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
  const task: RetrievalTask = {
    catalogue: columnsOf(examples.catalogue),
    viewers: examples.viewers.columns(),
    positives: { viewer, item, time, kinds },
    options,
  }
  const worker = new Worker(new URL('./retrieval-worker.ts', import.meta.url), { workerData: task })
  const result = new Promise<Retrieval>((resolve, reject) => {
    worker.on('message', (news: RetrievalNews) => {
      if ('progress' in news) onProgress?.(...news.progress)
      else if ('done' in news) resolve(news.done)
      else if (news.failed instanceof Error) reject(news.failed)
      else reject(new ExploreError(news.failed.code, news.failed.message))
    })
    worker.on('error', reject)
    worker.on('exit', code => reject(new Error(`the retrieval thread ended with code ${code}`)))
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return result.finally(() => worker.terminate())
}
