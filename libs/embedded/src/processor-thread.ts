import { parentPort, workerData } from 'node:worker_threads'
import { Catalogue, processor } from '@explore/explore'
import type { Home } from './home.ts'
import { loadSettings } from './settings-file.ts'
import { openStores } from './stores.ts'
import { packError, type ThreadError } from './thread-error.ts'

/** From the processor: how far it has folded, or why it stopped. */
export type ProcessorReport = { readonly watermark: number } | { readonly error: ThreadError }

/** Events per step: long enough to coalesce, short enough that a like is folded within milliseconds. */
const BATCH = 2000

const { home } = workerData as { readonly home: Home }
const { log, state, profiles, close } = await openStores(home)
const settings = loadSettings(home.settings, process.env)
const stream = processor({ log, state, profiles, catalogue: new Catalogue(), settings })

let running: Promise<void> | undefined
let again = false

const catchUp = async (): Promise<void> => {
  do {
    again = false
    while ((await stream.step(BATCH)) > 0) parentPort!.postMessage(await report())
  } while (again)
  parentPort!.postMessage(await report())
}

const report = async (): Promise<ProcessorReport> => ({ watermark: await state.watermark() })

parentPort!.on('message', async (message: 'poke' | 'close') => {
  if (message === 'close') {
    await running
    await close()
    parentPort!.close()
    return
  }
  again = true
  running ??= catchUp()
    .catch(error => parentPort!.postMessage({ error: packError(error) } satisfies ProcessorReport))
    .finally(() => (running = undefined))
})
