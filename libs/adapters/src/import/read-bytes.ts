import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ExploreError } from '@explore/explore'
import { notText } from './file-format.ts'

/** What a reader has got through so far. */
export interface Progress {
  /** Bytes on disk. */
  bytes: number
  /** The last whole line. */
  line: number
}

interface TextSource {
  readonly path: string
  /** How messages call it. */
  readonly name: string
  readonly kind: 'csv' | 'jsonl'
  readonly gzip: boolean
}

const GZIP_FAULTS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  Z_BUF_ERROR: ['the gzip stream ends early', 'the file was cut off: copy it again'],
  Z_DATA_ERROR: ['the gzip stream is broken', 'copy it again, or drop .gz if it is not gzip'],
}

/**
 * The bytes of a text file, unzipped, in chunks of some 64 KiB; `progress.bytes` moves along.
 * Throws IMPORT_FILE for a file that is empty, cannot be read, is not text, or is broken gzip.
 */
export async function* readBytes(source: TextSource, progress: Progress): AsyncGenerator<Buffer> {
  const { path, name, kind, gzip } = source
  const file = createReadStream(path)
  // Errors of either end reach the loop below; without a callback pipeline would throw them too.
  const output = gzip ? pipeline(file, createGunzip({ chunkSize: 1 << 16 }), () => {}) : file
  let first = true
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      if (first) {
        const other = notText(chunk, kind)
        if (other !== undefined) {
          throw new ExploreError('IMPORT_FILE', `${name} ${other[0]}`, {
            field: name,
            hint: other[1],
          })
        }
        first = false
      }
      progress.bytes = file.bytesRead
      yield chunk
    }
  } catch (cause) {
    if (cause instanceof ExploreError) throw cause
    const { code = '', message } = cause as NodeJS.ErrnoException
    const [what, hint] = GZIP_FAULTS[code] ?? [message]
    const where = progress.line === 0 ? 'before the first line ends' : `after line ${progress.line}`
    throw new ExploreError('IMPORT_FILE', `${name}: ${what} ${where}`, { field: name, hint, cause })
  } finally {
    file.destroy()
  }
  if (first) {
    throw new ExploreError('IMPORT_FILE', `${name} is empty`, {
      field: name,
      hint: 'leave it out, or check how it was made',
    })
  }
}
