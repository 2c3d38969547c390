import { statSync } from 'node:fs'
import type { ExploreError, Settings } from '@explore/explore'
import { changeSettings, loadSettings } from './settings-file.ts'
import { exploreErrorOf } from './system-error.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The settings in force, and a number that grows with each change: threads compare it, not the settings. */
export interface SettingsInForce {
  readonly settings: Settings
  readonly version: number
}

/**
 * Keeps the settings of a running server: what was last sound, whatever becomes of the file. `tell` hears of each
 * change, and why an edit of the file is not taken.
 */
export const liveSettings = (
  file: string,
  environment: Environment,
  tell: (news: SettingsInForce | ExploreError) => void,
) => {
  let current: SettingsInForce = { settings: loadSettings(file, environment), version: 0 }
  let stamp = stampOf(file)

  const take = (settings: Settings): Settings => {
    current = { settings, version: current.version + 1 }
    tell(current)
    return settings
  }

  return {
    current: (): SettingsInForce => current,
    /** Changes the file and what is in force, all or nothing. Throws what `changeSettings` throws. */
    change: (changes: Readonly<Record<string, unknown>>): Settings => {
      const settings = changeSettings(file, environment, changes)
      stamp = stampOf(file)
      return take(settings)
    },
    /** Takes over what someone wrote into the file. */
    poll: (): void => {
      const now = stampOf(file)
      if (now === stamp) return
      stamp = now
      try {
        take(loadSettings(file, environment))
      } catch (error) {
        tell(exploreErrorOf(error))
      }
    },
  }
}

const stampOf = (file: string): string => {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true })
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeNs}`
}
