import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** Rows of equal size, appended at the end and read anywhere. */
export interface Records {
  readonly length: () => number
  readonly add: (row: Uint8Array) => void
  /** Copies a row into `into`, which is as long as a row. */
  readonly read: (row: number, into: Uint8Array) => void
  /** Where they are, all of them: in a file, or these very bytes. */
  readonly source: () => RecordSource
  readonly close: () => void
}

/** What another process can open the same rows from. */
export type RecordSource = { readonly path: string } | { readonly bytes: Uint8Array<ArrayBuffer> }

/** Rows in one block of memory: it is never moved, however many there are. */
const ROWS = 4096

/** Rows of `size` bytes in memory. */
export const memoryRecords = (size: number, bytes = new Uint8Array()): Records => {
  const blocks: Uint8Array[] = []
  let length = 0
  const place = (row: number): Uint8Array => {
    const at = (row % ROWS) * size
    return (blocks[Math.floor(row / ROWS)] as Uint8Array).subarray(at, at + size)
  }
  const add = (row: Uint8Array): void => {
    if (length % ROWS === 0) blocks.push(new Uint8Array(ROWS * size))
    place(length++).set(row)
  }
  for (let at = 0; at < bytes.length; at += size) add(bytes.subarray(at, at + size))
  return {
    length: () => length,
    add,
    read: (row, into) => into.set(place(row)),
    source: () => {
      const all = new Uint8Array(length * size)
      blocks.forEach((block, i) => {
        const at = i * ROWS * size
        all.set(block.subarray(0, all.length - at), at)
      })
      return { bytes: all }
    },
    close: () => {},
  }
}

/**
 * Rows of `size` bytes in a file, of which only what was not written yet is in memory; the system's
 * cache holds as much of the file as it has room for.
 */
export const fileRecords = (size: number, path: string, written = 0): Records => {
  const file = openSync(path, written > 0 ? 'r' : 'w+')
  const waiting = new Uint8Array(written > 0 ? 0 : ROWS * size)
  let length = written
  let flushed = written
  const flush = (): void => {
    const bytes = waiting.subarray(0, (length - flushed) * size)
    for (let at = 0; at < bytes.length;) {
      at += writeSync(file, bytes, at, bytes.length - at, flushed * size + at)
    }
    flushed = length
  }
  return {
    length: () => length,
    add: row => {
      waiting.set(row, (length - flushed) * size)
      length++
      if (length - flushed === ROWS) flush()
    },
    read: (row, into) => {
      if (row < flushed) readSync(file, into, 0, size, row * size)
      else into.set(waiting.subarray((row - flushed) * size, (row - flushed + 1) * size))
    },
    source: () => {
      flush()
      return { path }
    },
    close: () => closeSync(file),
  }
}
