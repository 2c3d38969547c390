import { workerData } from 'node:worker_threads'
import type { Page, PageCall, PageRequest, Settings } from '@explore/explore'
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

export type PageResult = { readonly page: Page } | { readonly error: ThreadError }

const { home } = workerData as { readonly home: Home }
let engine: PageEngine | undefined
let settings: Settings | undefined
let version = -1

/** Runs one request whole: ONNX Runtime and the index block their thread, so a thread is what a request gets. */
export default async ({
  request,
  call,
  bundle,
  settingsVersion,
}: PageTask): Promise<PageResult> => {
  try {
    engine ??= pageEngine(await openStores(home), home)
    if (settings === undefined || version !== settingsVersion) {
      settings = loadSettings(home.settings, process.env)
      version = settingsVersion
    }
    return { page: await engine.page(request, call, settings, bundle) }
  } catch (error) {
    return { error: packError(error) }
  }
}
