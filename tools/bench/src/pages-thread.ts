import { parentPort, workerData } from 'node:worker_threads'
import type { Home } from '@explore/embedded'
import { measurePages } from './measure-pages.ts'

const { home, users } = workerData as { readonly home: Home; readonly users: readonly string[] }
parentPort!.postMessage(await measurePages(home, users))
