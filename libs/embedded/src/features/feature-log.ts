import { createReadStream } from 'node:fs'
import { appendFile, rename, stat, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import {
  candidateFeatures,
  type CandidateFeatures,
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
  const line = { ...facts, viewer: pack(viewer), candidates: pack(candidates) }
  const size = await stat(path).then(
    file => file.size,
    () => 0,
  )
  if (size > MOST_BYTES) await rename(path, `${path}.1`).catch(() => {})
  await appendFile(path, `${JSON.stringify({ ...line, rows: items.length })}\n`)
}

/** The logged pages, in the order in which their events were known; a line that a crash cut short is none. */
export const readFeatures = async (path: string): Promise<readonly LoggedFeatures[]> => {
  const pages: LoggedFeatures[] = []
  for (const file of [`${path}.1`, path]) {
    if (!(await stat(file).catch(() => undefined))) continue
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const page = parse(line)
      if (page !== undefined) pages.push(page)
    }
  }
  return pages.sort((a, b) => a.offset - b.offset)
}

/** Takes a user's pages out of the log; returns how many there were. What is appended meanwhile may be lost. */
export const forgetFeatures = async (path: string, user: string): Promise<number> => {
  let forgotten = 0
  for (const file of [`${path}.1`, path]) {
    if (!(await stat(file).catch(() => undefined))) continue
    const kept: string[] = []
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (parse(line)?.user === user) forgotten++
      else kept.push(`${line}\n`)
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

const parse = (line: string): LoggedFeatures | undefined => {
  try {
    const { viewer, candidates, rows, ...facts } = JSON.parse(line)
    const unpacked = unpack(candidateFeatures(rows), candidates)
    const items = Uint32Array.from(unpacked.items, id => id - 1)
    return { ...facts, items, viewer: unpack(viewerFeatures(1), viewer), candidates: unpacked }
  } catch {
    return undefined
  }
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
