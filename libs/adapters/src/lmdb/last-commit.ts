import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ExploreError } from '@explore/explore'
import type { RootDatabase } from 'lmdb'

/*
 * Processes share one word that says which commit is the last, and each transaction begins from it. Whoever opens the
 * environment sets that word to what was the last when it began to open (LMDB's ITS#9496, which lmdb 3.5 still has). After
 * a commit in between the word is behind: the next transaction would not see that commit and would write over it, although
 * it was acknowledged. So each write first looks whether it is behind, and then writes nothing before the word is right.
 */

/** Times that others may open the environment at a bad moment while one write is to be made. */
const TRIES = 10
const REOPEN = fileURLToPath(new URL('./reopen.ts', import.meta.url))
const REOPEN_MS = 10_000

/** What lmdb has and does not declare: all that `getStats` says of the environment, without walking its pages. */
type Informed = RootDatabase & {
  readonly env: { readonly info: () => { readonly lastTxnId: number } }
}

export interface Opened {
  readonly root: RootDatabase
  readonly folder: string
}

/**
 * Runs `transact`, which is to begin a write transaction and, in it, to write only if `mayWrite` says so. Runs it again
 * after setting right what another process's opening set back. Throws STATE_BROKEN where that does not help.
 */
export const fromLastCommit = async <T>(
  { root, folder }: Opened,
  transact: (mayWrite: () => boolean) => T | Promise<T>,
): Promise<T> => {
  for (let tries = 0; ; tries++) {
    let behind = false
    const done = await transact(() => !(behind = isBehind(root)))
    if (!behind) return done
    setRight(folder, tries)
  }
}

/** Undoes what the opening itself may have set back, so that reads see the last commit. */
export const seeLastCommit = ({ root, folder }: Opened): void => {
  for (let tries = 0; root.transactionSync(() => isBehind(root)); tries++) setRight(folder, tries)
  root.resetReadTxn()
}

const isBehind = (root: RootDatabase): boolean =>
  root.getWriteTxnId() <= (root as Informed).env.info().lastTxnId

/** Only opening sets the word, and only in a process that has not got the environment open already. */
const setRight = (folder: string, tries: number): void => {
  if (tries === TRIES) {
    throw new ExploreError('STATE_BROKEN', `${folder} is set back again and again by who opens it`)
  }
  const { error, status, stderr } = spawnSync(process.execPath, [REOPEN, folder], {
    encoding: 'utf8',
    timeout: REOPEN_MS,
  })
  if (status === 0) return
  throw new ExploreError('STATE_BROKEN', `${folder} is behind its last commit: ${error ?? stderr}`)
}
