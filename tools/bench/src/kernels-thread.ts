import { parentPort, workerData } from 'node:worker_threads'
import type { Home } from '@explore/embedded'
import { kernels, sumOf } from './kernels.ts'
import { pageSamples } from './page-samples.ts'

// Answers each message with the CPU milliseconds of a page's kernels, as just measured.
const { home, users } = workerData as { readonly home: Home; readonly users: readonly string[] }
const { parts, samples } = await pageSamples(home, users)
const measure = async (): Promise<void> =>
  parentPort!.postMessage(sumOf(await kernels(parts, samples, 'as page')))
parentPort!.on('message', () => void measure())
parentPort!.postMessage('ready')
