import { ExploreError } from '@explore/explore'

interface FileFormat {
  readonly kind: 'csv' | 'jsonl' | 'parquet'
  readonly gzip: boolean
  /** Between the fields of a CSV row. */
  readonly delimiter: ',' | '\t'
}

const EXTENSION = /\.(csv|tsv|jsonl|ndjson|parquet)(\.gz)?$/i

const KINDS = {
  csv: { kind: 'csv', delimiter: ',' },
  tsv: { kind: 'csv', delimiter: '\t' },
  jsonl: { kind: 'jsonl', delimiter: ',' },
  ndjson: { kind: 'jsonl', delimiter: ',' },
  parquet: { kind: 'parquet', delimiter: ',' },
} as const

/** The format that a file's name promises. Throws IMPORT_FILE for a name that promises none. */
export const fileFormat = (file: string): FileFormat => {
  const [, extension, gz] = EXTENSION.exec(file) ?? []
  const known = KINDS[extension?.toLowerCase() as keyof typeof KINDS]
  if (known === undefined) {
    throw new ExploreError('IMPORT_FILE', `${file}: the name says no format that can be read`, {
      field: file,
      hint: 'name it .csv, .tsv, .jsonl, .ndjson or .parquet; all but .parquet may end in .gz',
    })
  }
  if (known.kind === 'parquet' && gz !== undefined) {
    throw new ExploreError('IMPORT_FILE', `${file}: Parquet is compressed within`, {
      field: file,
      hint: 'gunzip it and name it .parquet',
    })
  }
  return { ...known, gzip: gz !== undefined }
}

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    // As a stream: the bytes may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, i) => bytes[i] === byte)

/** What the first bytes of a would-be text file show it to be instead, with a remedy; else undefined. */
export const notText = (
  bytes: Uint8Array,
  kind: 'csv' | 'jsonl',
): readonly [what: string, hint: string] | undefined => {
  if (startsWith(bytes, [0x50, 0x41, 0x52, 0x31])) return ['is Parquet', 'name it .parquet']
  if (startsWith(bytes, [0x1f, 0x8b])) return ['is gzip', 'let its name end in .gz']
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) {
    return ['is a zip archive or a spreadsheet', 'unpack it, or save the sheet as CSV in UTF-8']
  }
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff])) {
    return ['is UTF-16', 'save it as UTF-8']
  }
  if (bytes.includes(0)) return ['is binary', 'give CSV, JSONL or Parquet']
  if (!isUtf8(bytes)) return ['is not UTF-8', 'save it as UTF-8']
  if (kind === 'jsonl' && /^\uFEFF?\s*\[/.test(Buffer.from(bytes.subarray(0, 64)).toString())) {
    return ['is one JSON array', 'write one object a line: `jq -c .[]` does it']
  }
  return undefined
}
