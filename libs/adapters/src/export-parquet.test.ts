import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterAll, expect, it } from 'vitest'
import { parquetFile } from './export-parquet.ts'

const folder = mkdtempSync(join(tmpdir(), 'parquet-'))
afterAll(() => rmSync(folder, { recursive: true }))

const COLUMNS = [
  { name: 'id', type: 'STRING' },
  { name: 'time', type: 'TIMESTAMP' },
  { name: 'n', type: 'INT32' },
  { name: 'shown', type: 'BOOLEAN' },
  { name: 'viewer.dense', type: 'FLOAT', width: 3 },
  { name: 'history', type: 'INT32', width: 2 },
] as const

it('writes rows that a reader gets back, over several row groups', async () => {
  const path = join(folder, 'rows.parquet')
  const file = await parquetFile(path, COLUMNS)
  const row = (i: number) =>
    [
      `r${i}`,
      new Date(1_700_000_000_000 + i),
      i,
      i % 3 === 0,
      Float32Array.of(i, 0.1, -0),
      Int32Array.of(i, -i),
    ] as const
  for (let i = 0; i < 12_345; i++) file.add(row(i))
  expect(file.rows()).toBe(12_345)
  file.finish()
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
  expect(rows).toHaveLength(12_345)
  for (const i of [0, 9_999, 10_000, 12_344]) {
    const [id, time, n, shown, dense, history] = row(i)
    expect(rows[i]).toEqual({
      ...{ id, time, n, shown, 'viewer.dense': [...dense], history: [...history] },
    })
  }
})

it('refuses a list of another length, and a list where one value belongs', async () => {
  const file = await parquetFile(join(folder, 'short.parquet'), COLUMNS.slice(4))
  const field = (name: string) => expect.objectContaining({ code: 'FIELD_INVALID', field: name })
  expect(() =>
    file.add([
      [1, 2],
      [1, 2],
    ]),
  ).toThrow(field('viewer.dense'))
  const plain = await parquetFile(join(folder, 'plain.parquet'), [COLUMNS[2]])
  expect(() => plain.add([[1]])).toThrow(field('n'))
})
