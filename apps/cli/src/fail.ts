import { exploreErrorOf } from '@explore/embedded'
import type { ErrorCode } from '@explore/explore'

/** Exit codes, as `explore --help` documents them; a signal that ends the process makes its own, 128 and its number. */
export const EXIT = { failed: 1, usage: 2, busy: 3, data: 4 } as const

const EXIT_OF: Partial<Record<ErrorCode, number>> = {
  USAGE: EXIT.usage,
  ID_INVALID: EXIT.usage,
  FIELD_INVALID: EXIT.usage,
  LIMIT_INVALID: EXIT.usage,
  CURSOR_INVALID: EXIT.usage,
  SETTING_UNKNOWN: EXIT.usage,
  SETTING_INVALID: EXIT.usage,
  HOME_IN_USE: EXIT.busy,
  PORT_IN_USE: EXIT.busy,
  IMPORT_FILE: EXIT.data,
  IMPORT_MAPPING: EXIT.data,
  IMPORT_COLUMN: EXIT.data,
  IMPORT_REJECTS: EXIT.data,
  TRAIN_DATA: EXIT.data,
}

/** Says on stderr what went wrong and what to do next; returns the exit code. */
export const fail = (thrown: unknown, json: boolean): number => {
  const { code, message, field, hint, cause } = exploreErrorOf(thrown)
  const bug = code === 'INTERNAL'
  if (json) {
    const next = bug ? 'this is a bug: please report it' : hint
    console.error(JSON.stringify({ error: { code, message, ...(field && { field }), hint: next } }))
  } else if (bug) {
    console.error('explore: this is a bug, please report it')
    console.error(cause instanceof Error ? (cause.stack ?? message) : message)
  } else {
    console.error(`explore: ${message}\n  ${code}: ${hint}`)
  }
  return EXIT_OF[code] ?? EXIT.failed
}
