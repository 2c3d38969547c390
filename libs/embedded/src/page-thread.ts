import { workerData } from 'node:worker_threads'
import type { Page, PageCall, PageRequest } from '@explore/explore'
import { askBundle } from './bundle-exchange.ts'
import type { Home } from './home.ts'
import type { SettingsInForce } from './live-settings.ts'
import { pageEngine } from './page-engine.ts'
import { addressesOf, HOME, openStores } from './stores.ts'
import { packError, type ThreadError } from './thread-error.ts'

/** What pages are made by now. */
export interface PageParts {
  readonly inForce: SettingsInForce
  readonly bundle: string | undefined
  /** The bundle that served before. */
  readonly previous: string | undefined
}

/** What the pool hands to its threads; without a request it only asks how they are. */
export interface PageTask extends PageParts {
  readonly call: PageCall
  readonly request?: PageRequest
}

export interface PageResult {
  readonly page?: Page
  readonly error?: ThreadError
  /** The bundle that serves. */
  readonly serving: string | undefined
  /** Why the promoted one does not. */
  readonly problem?: ThreadError | undefined
}

const { home, parts, now } = workerData as {
  readonly home: Home
  readonly parts: PageParts
  readonly now: number
}
/** The clock of the last call: a thread has none of its own. */
let clock = now
let { inForce } = parts
const engine = pageEngine(
  await openStores(home, { ...addressesOf(process.env), events: HOME }),
  id => askBundle(home, id),
  () => clock,
)
// A thread that has not loaded its models takes no request yet.
await engine.ready(inForce.settings, parts.bundle, parts.previous)

/** Runs one request whole: ONNX Runtime and the index block their thread, so a thread is what a request gets. */
export default async (task: PageTask): Promise<PageResult> => {
  clock = task.call.now
  // The engine keeps what it made for settings that are the same object: a message's are always another.
  if (inForce.version !== task.inForce.version) inForce = task.inForce
  try {
    const explorer = await engine.ready(inForce.settings, task.bundle, task.previous)
    return {
      ...(task.request && { page: await explorer.page(task.request, task.call) }),
      ...health(),
    }
  } catch (error) {
    return { error: packError(error), ...health() }
  }
}

const health = (): Pick<PageResult, 'serving' | 'problem'> => {
  const problem = engine.problem()
  return {
    serving: engine.bundle()?.id,
    problem: problem === undefined ? undefined : packError(problem),
  }
}
