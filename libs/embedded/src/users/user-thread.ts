import { parentPort, workerData } from 'node:worker_threads'
import { silent } from '../progress.ts'
import { packError, type ThreadError } from '../thread-error.ts'
import type { Home } from '../home.ts'
import { exportUser } from './export-user.ts'
import { forgetUser } from './forget-user.ts'

const TASKS = {
  forget: (home: Home, user: string, wall: () => number) =>
    forgetUser(home, user, { wall }, silent),
  export: (home: Home, user: string, wall: () => number) => exportUser(home, user, { wall }),
}

export interface UserTask {
  readonly task: keyof typeof TASKS
  readonly home: Home
  readonly user: string
  /** The wall clock when the task was given. */
  readonly now: number
}

export type UserTaskResult = { readonly done: unknown } | { readonly error: ThreadError }

const { task, home, user, now } = workerData as UserTask
const began = performance.now()
const wall = (): number => now + performance.now() - began
const result = await TASKS[task](home, user, wall).then(
  (done): UserTaskResult => ({ done }),
  (error: unknown): UserTaskResult => ({ error: packError(error) }),
)
parentPort!.postMessage(result)
