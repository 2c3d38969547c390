import { createHash } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExploreError } from '@explore/explore'
import type { Home } from './home.ts'

/** Who holds a home. */
export interface Holder {
  readonly pid: number
  readonly command: string
  /** Where the holder serves, once it does. */
  url?: string
}

export interface Lock {
  readonly holder: Holder
  readonly release: () => Promise<void>
}

/**
 * A home's lock is a local socket that answers with its holder: the kernel takes it back when the process dies,
 * however it dies, so there is no stale lock to clean up.
 */
const socketOf = (home: Home, use: Use = ''): string => {
  const key = realpathSync(home.path) + use
  const name = `explore-${createHash('sha256').update(key).digest('hex').slice(0, 24)}`
  if (process.platform === 'linux') return `\0${name}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

/** Takes the home for this process, alone, and clears what a killed one was making. Throws HOME_IN_USE, naming the holder. */
export const lockHome = async (home: Home, command: string): Promise<Lock> => {
  const lock = await take(home, '', command)
  rmSync(home.scratch, { recursive: true, force: true })
  return lock
}

/** Takes the home's training for this process, alone; serving may go on. Throws HOME_IN_USE, naming the holder. */
export const lockTraining = (home: Home): Promise<Lock> => take(home, '#training', 'train')

/** What of a home is held: all of it, or its training. */
type Use = '' | '#training'

const take = async (home: Home, use: Use, command: string): Promise<Lock> => {
  const path = socketOf(home, use)
  const holder: Holder = { pid: process.pid, command }
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.end(JSON.stringify(holder))
  })
  const listen = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, () => {
        server.off('error', reject)
        resolve()
      })
    })
  try {
    await listen()
  } catch (cause) {
    const other = await holderOf(home, use)
    if (other !== undefined) {
      throw new ExploreError(
        'HOME_IN_USE',
        `${home.path} is held by process ${other.pid} (explore ${other.command}${other.url ? ` on ${other.url}` : ''})`,
        { field: 'home', cause },
      )
    }
    // A socket file that nobody answers on is what a killed process left behind.
    if (!path.startsWith('\0')) rmSync(path, { force: true })
    await listen()
  }
  server.unref()
  return {
    holder,
    release: () => new Promise(resolve => server.close(() => resolve())),
  }
}

/** The process that holds the home, undefined when none does. */
export const holderOf = (home: Home, use: Use = ''): Promise<Holder | undefined> =>
  new Promise(resolve => {
    const socket = connect(socketOf(home, use))
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', chunk => (text += chunk))
    socket.on('error', () => resolve(undefined))
    socket.on('end', () => {
      try {
        resolve(JSON.parse(text) as Holder)
      } catch {
        resolve(undefined)
      }
    })
  })
