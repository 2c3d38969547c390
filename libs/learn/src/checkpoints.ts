import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where training keeps what it needs to go on after it was cut short. */
export interface Checkpoints {
  readonly folder: string
  /** Milliseconds between saves, besides the one when it is stopped. Default 20,000. */
  readonly every?: number
}

const fileOf = ({ folder }: Checkpoints, name: string): string => join(folder, `${name}.checkpoint`)

/** The last state saved under `name`, undefined where there is none. */
export const readCheckpoint = (checkpoints: Checkpoints, name: string): Uint8Array | undefined => {
  try {
    return readFileSync(fileOf(checkpoints, name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Replaces the state under `name`, as a whole: who is killed meanwhile finds the one before. */
export const writeCheckpoint = (
  checkpoints: Checkpoints,
  name: string,
  state: readonly Uint8Array[],
): void => {
  mkdirSync(checkpoints.folder, { recursive: true })
  const file = fileOf(checkpoints, name)
  writeFileSync(`${file}.part`, Buffer.concat(state))
  renameSync(`${file}.part`, file)
}
