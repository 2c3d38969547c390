import { workerData } from 'node:worker_threads'
import type { Page, PageCall, PageRequest, Settings } from '@explore/explore'
import { askBundle } from './bundle-exchange.ts'
import type { Home } from './home.ts'
import { type PageEngine, pageEngine } from './page-engine.ts'
import { loadSettings } from './settings-file.ts'
import { openStores } from './stores.ts'
import { packError, type ThreadError } from './thread-error.ts'

/** What the pool hands to its threads. */
export interface PageTask {
  readonly request: PageRequest
  readonly call: PageCall
  readonly bundle: string | undefined
  /** Grows with every change of the settings file. */
  readonly settingsVersion: number
}

export type PageResult =
  /** `problem`: why the promoted bundle does not serve. */
  { readonly page: Page; readonly problem?: ThreadError } | { readonly error: ThreadError }

const { home } = workerData as { readonly home: Home }
let engine: PageEngine | undefined
let settings: Settings | undefined
let version = -1
/** The clock of the last call: a thread has none of its own. */
let now = 0

/** Runs one request whole: ONNX Runtime and the index block their thread, so a thread is what a request gets. */
export default async ({
  request,
  call,
  bundle,
  settingsVersion,
}: PageTask): Promise<PageResult> => {
  try {
    now = call.now
    engine ??= pageEngine(
      await openStores(home),
      id => askBundle(home, id),
      () => now,
    )
    if (settings === undefined || version !== settingsVersion) {
      settings = loadSettings(home.settings, process.env)
      version = settingsVersion
    }
    const page = await engine.page(request, call, settings, bundle)
    const problem = engine.problem()
    return { page, ...(problem !== undefined && { problem: packError(problem) }) }
  } catch (error) {
    return { error: packError(error) }
  }
}
