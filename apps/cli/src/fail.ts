import { type ErrorCode, ExploreError } from '@explore/explore'

/** Exit codes, as `explore --help` documents them. */
export const EXIT = { failed: 1, usage: 2, busy: 3, data: 4, interrupted: 130 } as const

const EXIT_OF: Partial<Record<ErrorCode, number>> = {
  USAGE: EXIT.usage,
  HOME_IN_USE: EXIT.busy,
  PORT_IN_USE: EXIT.busy,
  IMPORT_FILE: EXIT.data,
  IMPORT_MAPPING: EXIT.data,
  IMPORT_COLUMN: EXIT.data,
  IMPORT_REJECTS: EXIT.data,
  TRAIN_DATA: EXIT.data,
}

/** Says on stderr what went wrong and what to do next; returns the exit code. */
export const fail = (error: unknown, json: boolean): number => {
  const known = error instanceof ExploreError && error.code !== 'INTERNAL' ? error : undefined
  if (json) {
    const { code, message, field, hint } = known ?? {
      code: 'INTERNAL',
      message: error instanceof Error ? error.message : String(error),
      field: undefined,
      hint: 'this is a bug: please report it',
    }
    console.error(JSON.stringify({ error: { code, message, ...(field && { field }), hint } }))
  } else if (known !== undefined) {
    console.error(`explore: ${known.message}\n  ${known.code}: ${known.hint}`)
  } else {
    console.error('explore: this is a bug, please report it')
    console.error(error instanceof Error ? (error.stack ?? error.message) : error)
  }
  return known === undefined ? EXIT.failed : (EXIT_OF[known.code] ?? EXIT.failed)
}
