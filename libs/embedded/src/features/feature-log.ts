import { createReadStream } from 'node:fs'
import { appendFile, rename, stat, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import {
  candidateFeatures,
  type CandidateFeatures,
  FEATURES_VERSION,
  type ItemFeatures,
  viewerFeatures,
  type ViewerFeatures,
} from '@explore/explore'
import type { RequestFeatures, ServedRequest } from '@explore/learn'

/** A page whose features were logged, as they were when it was ranked. */
export interface LoggedFeatures extends ServedRequest, RequestFeatures {
  readonly requestId: string
  /** Version of the catalogue that it saw: content that changed since makes other features. */
  readonly catalogue: number
}

/** From this size on the log is put aside as `.1`, in place of the one before. */
const MOST_BYTES = 64 << 20

/** Appends one page, as one line in one write: threads share the file. */
export const logFeatures = async (
  path: string,
  { viewer, candidates, items, ...facts }: LoggedFeatures,
): Promise<void> => {
  const packed = { viewer: pack(viewer), candidates: pack(candidates) }
  const line = { version: FEATURES_VERSION, ...facts, ...packed }
  const size = await stat(path).then(
    file => file.size,
    () => 0,
  )
  if (size > MOST_BYTES) await rename(path, `${path}.1`).catch(() => {})
  await appendFile(path, `${JSON.stringify({ ...line, rows: items.length })}\n`)
}

/** The logged pages whose features are of this version, in the order in which their events were known. */
export const readFeatures = async (path: string): Promise<readonly LoggedFeatures[]> => {
  const pages: LoggedFeatures[] = []
  for await (const line of linesOf(path)) {
    const page = unpacked(line)
    if (page !== undefined) pages.push(page)
  }
  return pages.sort((a, b) => a.offset - b.offset)
}

/** A user's pages in the log, of whichever version. */
export const loggedPagesOf = async (
  path: string,
  user: string,
): Promise<readonly { readonly requestId: string; readonly time: number }[]> => {
  const pages: { readonly requestId: string; readonly time: number }[] = []
  for await (const line of linesOf(path)) {
    if (line.user === user) pages.push({ requestId: line.requestId, time: line.now })
  }
  return pages
}

/** Takes a user's pages out of the log; returns how many there were. What is appended meanwhile may be lost. */
export const forgetFeatures = async (path: string, user: string): Promise<number> => {
  let forgotten = 0
  for (const file of await filesOf(path)) {
    const kept: string[] = []
    for await (const text of textOf(file)) {
      if (parsed(text)?.user === user) forgotten++
      else kept.push(`${text}\n`)
    }
    await writeFile(`${file}.part`, kept)
    await rename(`${file}.part`, file)
  }
  return forgotten
}

type Packed = Readonly<Record<string, string>>
type Column = Float32Array | Int32Array

const pack = (features: ViewerFeatures | CandidateFeatures): Packed =>
  Object.fromEntries(
    columnsOf(features).map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
    ]),
  )

/** A line of the log: what is known of the page, its features packed, and their version. */
interface Line extends Omit<LoggedFeatures, 'viewer' | 'candidates' | 'items'> {
  readonly version: number
  readonly viewer: Packed
  readonly candidates: Packed
  readonly rows: number
}

const filesOf = async (path: string): Promise<readonly string[]> => {
  const files = [`${path}.1`, path]
  const there = await Promise.all(files.map(file => stat(file).catch(() => undefined)))
  return files.filter((_, i) => there[i] !== undefined)
}

const textOf = (file: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(file) })

async function* linesOf(path: string): AsyncGenerator<Line> {
  for (const file of await filesOf(path)) {
    for await (const text of textOf(file)) {
      const line = parsed(text)
      if (line !== undefined) yield line
    }
  }
}

/** A line that a crash cut short is none. */
const parsed = (text: string): Line | undefined => {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}

const unpacked = (line: Line): LoggedFeatures | undefined => {
  const { version, viewer, candidates, rows, ...facts } = line
  if (version !== FEATURES_VERSION) return undefined
  const filled = unpack(candidateFeatures(rows), candidates)
  const items = Uint32Array.from(filled.items, id => id - 1)
  return { ...facts, items, viewer: unpack(viewerFeatures(1), viewer), candidates: filled }
}

/** Fills `into` from its packed columns. */
const unpack = <F extends ViewerFeatures | CandidateFeatures>(into: F, packed: Packed): F => {
  for (const [name, column] of columnsOf(into)) {
    new Uint8Array(column.buffer, column.byteOffset, column.byteLength).set(
      Buffer.from(packed[name]!, 'base64'),
    )
  }
  return into
}

/** The columns of features, in the order of the schema. */
export const columnsOf = (features: ViewerFeatures | ItemFeatures): [string, Column][] =>
  Object.entries(features).filter(
    (entry): entry is [string, Column] => typeof entry[1] === 'object',
  )
