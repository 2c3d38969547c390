import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import {
  environmentName,
  ExploreError,
  type Settings,
  settingsFrom,
  settingsOfEnvironment,
} from '@explore/explore'
import { exploreErrorOf } from './system-error.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Overrides = Readonly<Record<string, unknown>>

/** The file's overrides; {} where there is no file. Throws SETTINGS_FILE. */
const readOverrides = (file: string): Overrides => {
  if (!existsSync(file)) return {}
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new ExploreError('SETTINGS_FILE', `${file} is not JSON: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ExploreError('SETTINGS_FILE', `${file} must hold one JSON object`)
  }
  return value as Overrides
}

/** Defaults, then the file, then the environment. Throws SETTING_UNKNOWN, SETTING_INVALID or SETTINGS_FILE. */
export const loadSettings = (file: string, environment: Environment): Settings =>
  settingsFrom({ ...readOverrides(file), ...settingsOfEnvironment(environment) })

/**
 * Changes overrides, all or nothing; null takes one back. The file is replaced in one step, so that a reader
 * sees the old settings or the new ones. Throws what `loadSettings` throws, STATE_FORBIDDEN or DISK_FULL, and changes
 * nothing then.
 */
export const changeSettings = (
  file: string,
  environment: Environment,
  changes: Overrides,
): Settings => {
  const fixed = settingsOfEnvironment(environment)
  for (const key of Object.keys(changes)) {
    if (Object.hasOwn(fixed, key)) {
      throw new ExploreError(
        'SETTING_INVALID',
        `${key} is set by the environment variable ${environmentName(key)}`,
        { field: key, hint: 'unset the variable to tune the setting live' },
      )
    }
  }
  const merged: Record<string, unknown> = { ...readOverrides(file), ...changes }
  const overrides = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
  // A key that is only taken back must exist too.
  settingsFrom(
    Object.fromEntries(Object.keys(changes).map(key => [key, settingsFrom()[key as never]])),
  )
  const settings = settingsFrom({ ...overrides, ...fixed })
  const draft = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(draft, `${JSON.stringify(overrides, null, 2)}\n`)
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw exploreErrorOf(error)
  }
  return settings
}
