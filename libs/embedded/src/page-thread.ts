import { workerData } from 'node:worker_threads'
import type { SharedBundle } from '@explore/adapters'
import type { Page, PageCall, PageRequest, ServedFeatures, StepTrace } from '@explore/explore'
import type { Home } from './home.ts'
import type { SettingsInForce } from './live-settings.ts'
import type { PageServer } from './serve-pages.ts'
import type { ThreadError } from './thread-error.ts'

export interface LoadTask {
  readonly bundle: string | undefined
  /** The bundle's tables, where another thread has read them. */
  readonly shared: SharedBundle | undefined
  readonly now: number
  readonly inForce: SettingsInForce
}

export interface PageTask {
  readonly inForce: SettingsInForce
  readonly call: PageCall
  readonly request: PageRequest
  /** Whether the steps are to be told. */
  readonly watched: boolean
}

export interface MadePage {
  readonly page: Page
  /** What ranked it, of sampled pages, where pages are recorded on a bus. */
  readonly features?: ServedFeatures
}

/** How it was made, where that is watched. */
export interface Making {
  readonly steps: readonly StepTrace[]
  /** When the thread took the request up, by the wall clock. */
  readonly startedAt: number
}

/** What a thread answers: errors keep their code on the way. */
export type Answer<T> = { readonly done: T } | { readonly error: ThreadError }

let server: Promise<PageServer> | undefined

const open = async (): Promise<PageServer> => {
  try {
    const { servePages } = await import('./serve-pages.ts')
    return await servePages(workerData as Home)
  } catch (error) {
    server = undefined
    throw error
  }
}

/** Nothing heavy is imported before the first bundle is to be loaded: threads take turns at it. */
const answer = async <T>(work: (server: PageServer) => Promise<T>): Promise<Answer<T>> => {
  try {
    return { done: await work(await (server ??= open())) }
  } catch (error) {
    const { packError } = await import('./thread-error.ts')
    return { error: packError(error) }
  }
}

/** Loads a bundle beside the one that serves; answers with the tables that other threads can share. */
export const load = (task: LoadTask): Promise<Answer<SharedBundle | undefined>> =>
  answer(pages => pages.load(task))

/** Has the bundle that was loaded last serve. */
export const takeOver = (): Promise<Answer<void>> => answer(pages => pages.takeOver())

/** Gives back the memory of what was let go of. */
export const tidy = (): Promise<Answer<void>> => answer(async pages => pages.tidy())

/** Runs one request whole: ONNX Runtime and the index block their thread, so a thread is what a request gets. */
export const page = (task: PageTask): Promise<Answer<MadePage & Making>> =>
  answer(pages => pages.page(task))
