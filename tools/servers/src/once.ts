import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL = 200

/**
 * Does `work` unless it is `done`, in one process at a time: the others wait for it, and do it themselves should that
 * process die.
 */
export const once = async (
  folder: string,
  done: () => boolean,
  work: () => Promise<void>,
): Promise<void> => {
  const lock = join(folder, 'lock')
  while (!done()) {
    if (!taken(lock)) {
      await sleep(POLL)
      continue
    }
    try {
      if (!done()) await work()
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
  }
}

const taken = (lock: string): boolean => {
  try {
    mkdirSync(lock)
    writeFileSync(join(lock, 'pid'), `${process.pid}`)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (!holderLives(lock)) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

const holderLives = (lock: string): boolean => {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0)
    return true
  } catch (error) {
    // No pid yet: it has just been taken.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
