import { parentPort, workerData } from 'node:worker_threads'
import { Catalogue, type Compared, comparison, processor, type Settings } from '@explore/explore'
import type { Home } from './home.ts'
import { openStores } from './stores.ts'
import { packError, type ThreadError } from './thread-error.ts'

/** To the processor. */
export type ProcessorOrder = 'poke' | 'close' | { readonly settings: Settings }

/** From the processor: how far it has folded, and what it has compared, or why it could not go on. */
export type ProcessorReport =
  { readonly watermark: number } | { readonly compared: Compared } | { readonly error: ThreadError }

/** Events per step: long enough to coalesce, short enough that a like is folded within milliseconds. */
const BATCH = 2000
/** After a failure, a full disk for instance, it tries again. */
const RETRY = 1000

const port = parentPort!
const { home, ...given } = workerData as { readonly home: Home; readonly settings: Settings }
let settings = given.settings
const { log, state, profiles, close } = await openStores(home)
const catalogue = new Catalogue()
const { take, compared } = comparison({
  ...{ state, catalogue, settings: () => settings },
  tell: () => port.postMessage({ compared: compared() } satisfies ProcessorReport),
})
const stream = processor({
  ...{ log, state, profiles, catalogue, folded: take },
  get settings() {
    return settings
  },
})

let running: Promise<void> | undefined
let again = false
let retry: NodeJS.Timeout | undefined

const catchUp = async (): Promise<void> => {
  do {
    again = false
    while ((await stream.step(BATCH)) > 0) port.postMessage(await report())
  } while (again)
  port.postMessage(await report())
}

const report = async (): Promise<ProcessorReport> => ({ watermark: await state.watermark() })

const poke = (): void => {
  again = true
  clearTimeout(retry)
  running ??= catchUp()
    .catch(error => {
      port.postMessage({ error: packError(error) } satisfies ProcessorReport)
      retry = setTimeout(poke, RETRY)
    })
    .finally(() => (running = undefined))
}

const finish = async (): Promise<void> => {
  await running
  clearTimeout(retry)
  await close()
  port.close()
}

port.on('message', (order: ProcessorOrder) => {
  if (order === 'poke') poke()
  else if (order === 'close') void finish()
  else settings = order.settings
})
