import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where what was downloaded once stays, for every checkout of this user. */
export const cacheFolder = (name: string): string => {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'explore', name)
  mkdirSync(folder, { recursive: true })
  return folder
}
