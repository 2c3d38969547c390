import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A decision about which bundle serves, in the order in which they were made. */
export interface Decision {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly action: 'promoted' | 'refused' | 'rolled back'
  readonly bundle: string
  /** The bundle that served before, null where none did. */
  readonly from: string | null
  /** Promoted though it failed: by whose word is the operator's business, that it was is recorded. */
  readonly forced: boolean
  /** Gates that it failed, in words. */
  readonly failures: readonly string[]
}

const HISTORY = 'history.jsonl'

export const recordDecision = (bundlesDir: string, decision: Decision): Promise<void> =>
  appendFile(join(bundlesDir, HISTORY), `${JSON.stringify(decision)}\n`)

/** All decisions, oldest first; a line that a crash cut short is none. */
export const readDecisions = async (bundlesDir: string): Promise<readonly Decision[]> => {
  const text = await readFile(join(bundlesDir, HISTORY), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return ''
    },
  )
  return text.split('\n').flatMap(line => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Decision]
    } catch {
      return []
    }
  })
}
