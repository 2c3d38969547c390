import { open } from 'node:fs/promises'
import { ExploreError } from '@explore/explore'

/** Why a row was refused. */
export interface Reject {
  readonly file: string
  readonly line: number
  /** The columns at fault; empty where it is the row as such. */
  readonly column: string
  readonly reason: string
  /** What was found, cut to 200 characters. */
  readonly value: string
}

const MAX_VALUE = 200

/** A CSV field that no spreadsheet takes for a formula (OWASP, CSV injection). */
const field = (text: string): string => {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

const rejectRow = ({ file, line, column, reason, value }: Reject): string =>
  `${[file, String(line), column, reason, value.slice(0, MAX_VALUE)].map(field).join(',')}\n`

export interface RejectsFile {
  readonly write: (rejects: readonly Reject[]) => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts a CSV of rejected rows, in place of one that is there; without a path, swallows them. */
export const rejectsFile = async (path: string | undefined): Promise<RejectsFile> => {
  if (path === undefined) return { write: async () => {}, close: async () => {} }
  const file = await open(path, 'w').catch((cause: Error) => {
    throw new ExploreError('IMPORT_FILE', `the rejects cannot be written: ${cause.message}`, {
      field: path,
      hint: 'name a file in a folder that exists and can be written',
      cause,
    })
  })
  await file.appendFile('file,line,column,reason,value\n')
  return {
    write: async rejects => file.appendFile(rejects.map(rejectRow).join('')),
    close: () => file.close(),
  }
}
