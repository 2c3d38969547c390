import { workerData } from 'node:worker_threads'
import type { Page, PageCall, PageRequest, ServedFeatures, StepTrace } from '@explore/explore'
import type { Home } from './home.ts'
import type { SettingsInForce } from './live-settings.ts'
import type { ThreadError } from './thread-error.ts'
import { inTurn } from './turns.ts'

/** What a thread is made for: one bundle, for the whole of its life. */
export interface ThreadData {
  readonly home: Home
  readonly bundle: string | undefined
  readonly inForce: SettingsInForce
  readonly now: number
  /** Whether to run until the code is compiled before saying that it is ready. */
  readonly warm: boolean
  /** Of the turns in which threads load. */
  readonly channel: string
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

export type PageResult = (MadePage & Making) | { readonly error: ThreadError }

const data = workerData as ThreadData

// Nothing heavy is imported before it is this thread's turn. Waited for here: a thread that waits for requests sleeps,
// and hears of nothing else. Where it fails, whoever gave the turn has been told, and so is whoever asks it for a page.
const serve = await inTurn(data.channel, async (shared, signal) =>
  (await import('./serve-pages.ts')).servePages(data, shared, signal),
).then(
  ({ serve }) => serve,
  (error: unknown) => async (): Promise<PageResult> => {
    const { packError } = await import('./thread-error.ts')
    return { error: packError(error) }
  },
)

/** Runs one request whole: ONNX Runtime and the index block their thread, so a thread is what a request gets. */
export default async (task: PageTask): Promise<PageResult> => serve(task)
