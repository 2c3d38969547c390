import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fileRecords, memoryRecords } from './records.ts'

const folder = mkdtempSync(join(tmpdir(), 'explore-records-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SIZE = 6
const rowOf = (i: number) => Uint8Array.from({ length: SIZE }, (_, at) => (i * 31 + at * 7) % 251)

describe.each([
  ['memory', () => memoryRecords(SIZE)],
  ['a file', () => fileRecords(SIZE, join(folder, 'rows'))],
])('records in %s', (_, make) => {
  it.each([0, 1, 4096, 10_000])('give back each of %i rows, also to who opens them anew', count => {
    const records = make()
    for (let i = 0; i < count; i++) {
      records.add(rowOf(i))
      if (i % 1000 === 0) {
        const row = new Uint8Array(SIZE)
        records.read(i, row)
        expect(row).toEqual(rowOf(i))
      }
    }
    expect(records.length()).toBe(count)
    const source = records.source()
    const shared =
      'path' in source
        ? count > 0 && fileRecords(SIZE, source.path, count)
        : memoryRecords(SIZE, source.bytes)
    for (const each of [records, ...(shared ? [shared] : [])]) {
      const row = new Uint8Array(SIZE)
      for (let i = count - 1; i >= 0; i -= 37) {
        each.read(i, row)
        expect(row).toEqual(rowOf(i))
      }
      each.close()
    }
  })
})
