import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { ExploreError, type ExploreService } from '@explore/explore'
import type { Home } from '../home.ts'
import { unpackError } from '../thread-error.ts'
import { expectId } from './forget-user.ts'
import type { UserTask, UserTaskResult } from './user-thread.ts'

/** Most tasks that wait or run: each reads a whole log. */
const MOST = 16

/** Forgets and exports users as the commands do, on a thread of their own, one after the other. */
export const userTasks = (
  home: Home,
  wall: () => number,
): Pick<ExploreService, 'forgetUser' | 'exportUser'> & { readonly close: () => Promise<void> } => {
  let last: Promise<unknown> = Promise.resolve()
  let count = 0

  const inTurn = async <T>(task: UserTask['task'], user: string): Promise<T> => {
    expectId(user)
    if (count >= MOST) {
      throw new ExploreError('OVERLOADED', `${MOST} users are being forgotten or exported already`)
    }
    count++
    const mine = last.then(() => onThread<T>({ task, home, user, now: wall() }))
    last = mine.catch(() => {})
    try {
      return await mine
    } finally {
      count--
    }
  }
  return {
    forgetUser: user => inTurn('forget', user),
    exportUser: user => inTurn('export', user),
    close: async () => void (await last),
  }
}

const onThread = async <T>(workerData: UserTask): Promise<T> => {
  const thread = new Worker(new URL('./user-thread.ts', import.meta.url), { workerData })
  const ended = once(thread, 'exit').then(([code]) => {
    throw new ExploreError('INTERNAL', `the thread ended with ${code} before it was done`)
  })
  ended.catch(() => {})
  // Rejects with what the thread died of.
  const answered = once(thread, 'message')
  const [result] = (await Promise.race([answered, ended])) as [UserTaskResult]
  // Its stores are closed; clients of a bus may keep timers.
  await thread.terminate()
  if ('error' in result) throw unpackError(result.error)
  return result.done as T
}
