import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteFile } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRows } from './read-rows.ts'
import { MAX_ROW_BYTES } from './row-batch.ts'
import type { BadRow, Row } from './row-batch.ts'

let folder = ''
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'rows-'))))
afterAll(() => rm(folder, { recursive: true }))

const read = async (name: string, columns: readonly string[]) => {
  const rows: Row[] = []
  const bad: BadRow[] = []
  const present = new Set<string>()
  let batches = 0
  for await (const batch of readRows({ path: join(folder, name), name }, columns)) {
    batches++
    rows.push(...batch.rows)
    bad.push(...batch.bad)
    for (const column of batch.present) present.add(column)
  }
  return { rows, bad, batches, present: [...present] }
}

const readText = async (name: string, content: string | Uint8Array, columns = ['a', 'b']) => {
  await writeFile(join(folder, name), content)
  return read(name, columns)
}

const broken = (what: string, hint = ''): object => ({
  code: 'IMPORT_FILE',
  message: expect.stringContaining(what),
  hint: expect.stringContaining(hint),
})

describe('readRows: CSV', () => {
  it('reads quotes, CRLF, a BOM, blank lines and empty fields, and tells each row its first line', async () => {
    const text = '\uFEFFa, b ,c\r\n1,"x, ""y""",z\r\n\r\n2,"line\nbreak",z\r\n3,,z\r\n4,a"b,z'
    expect(await readText('plain.csv', text, ['b', 'a'])).toMatchObject({
      present: ['a', 'b', 'c'],
      bad: [],
      rows: [
        { line: 2, cells: ['x, "y"', '1'] },
        { line: 4, cells: ['line\nbreak', '2'] },
        { line: 6, cells: [null, '3'] },
        { line: 7, cells: ['a"b', '4'] },
      ],
    })
  })

  it('refuses ragged rows alone', async () => {
    const { rows, bad } = await readText('ragged.csv', 'a,b\n1,2\n3\n4,5,6\n7,"8\n\n",9\n8,9\n')
    expect(rows.map(row => row.line)).toEqual([2, 8])
    expect(bad).toEqual([
      { line: 3, reason: 'has 1 fields, the header 2', value: '3' },
      { line: 4, reason: 'has 3 fields, the header 2', value: '4,5,6' },
      { line: 5, reason: 'has 3 fields, the header 2, over the lines 5 to 7', value: '7,8\n\n,9' },
    ])
  })

  it('streams files that are larger than a chunk, rows and characters cut anywhere', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i},é${'ü'.repeat(i % 7)}`)
    const text = gzipSync(`a,b\n${lines.join('\n')}\n`)
    const { rows, batches } = await readText('long.csv.gz', text)
    expect(batches).toBeGreaterThan(2)
    expect(rows.map(({ line, cells }) => `${line - 2},${cells[1]}`)).toEqual(lines)
  })

  it('reads tabs, old line ends, gzip in several members, and a header without rows', async () => {
    expect((await readText('tabs.tsv', 'a\tb\n1\t2,3\n')).rows).toEqual([
      { line: 2, cells: ['1', '2,3'] },
    ])
    const members = Buffer.concat([gzipSync('a,b\n1,2\n'), gzipSync('3,4\n')])
    expect((await readText('members.csv.gz', members)).rows).toHaveLength(2)
    expect(await readText('header.csv', 'a,b\n')).toMatchObject({ rows: [], present: ['a', 'b'] })
  })

  it('gives columns named like object members their own values', async () => {
    const { rows } = await readText('proto.csv', '__proto__,constructor\n1,2\n', [
      '__proto__',
      'constructor',
      'toString',
    ])
    expect(rows).toEqual([{ line: 2, cells: ['1', '2', null] }])
  })

  it('stops at a quote that is never closed, in a short file and in a long one', async () => {
    const head = 'a,b\n1,2\n3,"4\n'
    await expect(readText('quote.csv', `${head}5,6\n`)).rejects.toMatchObject(
      broken('a quote is opened and never closed, after line 2'),
    )
    const long = head + '5,6\n'.repeat(MAX_ROW_BYTES / 3)
    await expect(readText('long-quote.csv', long)).rejects.toMatchObject(
      broken('longer than 1048576 bytes, after line 2', 'is a quote opened'),
    )
  })
})

describe('readRows: JSONL', () => {
  it('reads objects with any keys, and refuses what is none, line by line', async () => {
    const text = '\uFEFF{"a":1,"c":[1]}\r\n\n{"a":\nnull\n[1]\n{"b":{"x":"é"},"__proto__":"p"}'
    expect(await readText('mixed.jsonl', text, ['a', 'b', '__proto__', 'toString'])).toMatchObject({
      present: ['a', 'c', 'b', '__proto__'],
      rows: [
        { line: 1, cells: [1, null, null, null] },
        { line: 6, cells: [null, { x: 'é' }, 'p', null] },
      ],
      bad: [
        { line: 3, reason: 'is not JSON', value: '{"a":' },
        { line: 4, reason: 'is not a JSON object', value: 'null' },
        { line: 5, reason: 'is not a JSON object', value: '[1]' },
      ],
    })
  })

  it('refuses a line that is too long and goes on after it', async () => {
    const text = `{"a":1}\n{"a":"${'x'.repeat(3 * MAX_ROW_BYTES)}"}\n{"a":3}\n`
    const { rows, bad } = await readText('wide.ndjson.gz', gzipSync(text), ['a'])
    expect(rows.map(row => row.cells)).toEqual([[1], [3]])
    expect(bad).toEqual([{ line: 2, reason: 'is longer than 1048576 bytes', value: '' }])
  })
})

describe('readRows: Parquet', () => {
  it.each(['UNCOMPRESSED', 'SNAPPY'] as const)(
    'reads %s row groups, columns in any order',
    async codec => {
      const name = `${codec}.parquet`
      parquetWriteFile({
        filename: join(folder, name),
        codec,
        rowGroupSize: [2, 1],
        columnData: [
          { name: 'id', data: [1n, 2n, 9007199254740993n], type: 'INT64' },
          { name: 'tags', data: [['a', 'b'], [], ['c']], type: 'JSON' },
          { name: 'at', data: [new Date(1000), new Date(2000), null], type: 'TIMESTAMP' },
          { name: '__proto__', data: ['x', null, 'z'], type: 'STRING', nullable: true },
        ],
      })
      const { rows, present } = await read(name, ['at', '__proto__', 'none', 'tags', 'id'])
      expect(present).toEqual(['id', 'tags', 'at', '__proto__'])
      expect(rows).toEqual([
        { line: 1, cells: [1000, 'x', null, ['a', 'b'], 1] },
        { line: 2, cells: [2000, null, null, [], 2] },
        { line: 3, cells: [null, 'z', null, ['c'], '9007199254740993'] },
      ])
    },
  )

  it('refuses a broken one', async () => {
    await expect(readText('broken.parquet', 'PAR1 and then nothing')).rejects.toMatchObject(
      broken('broken.parquet: ', 'broken or not Parquet'),
    )
  })
})

describe('readRows: files that are not what their name says', () => {
  const csv = gzipSync(
    'a,b\n' + Array.from({ length: 9_000 }, (_, i) => `${i},${i * i}\n`).join(''),
  )

  it.each<[string, string | Uint8Array, string, string]>([
    ['empty.csv', '', 'empty.csv is empty', ''],
    ['empty.jsonl.gz', gzipSync(''), 'empty.jsonl.gz is empty', ''],
    ['photo.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 1]), 'is binary', ''],
    ['sheet.csv', Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), 'a spreadsheet', 'as CSV'],
    ['zipped.csv', csv, 'is gzip', '.gz'],
    ['columns.jsonl', 'PAR1xxxx', 'is Parquet', '.parquet'],
    ['wide.csv', Buffer.from('\uFEFFa,b\n', 'utf16le'), 'is UTF-16', 'UTF-8'],
    ['latin.csv', Buffer.from('a,b\n1,caf\xe9\n', 'latin1'), 'is not UTF-8', ''],
    ['array.jsonl', '[\n{"a":1}\n]', 'is one JSON array', 'jq'],
    ['plain.csv.gz', 'a,b\n1,2\n', 'gzip stream is broken before the first line', 'drop .gz'],
    ['cut.csv.gz', csv.subarray(0, 100), 'ends early after line', 'cut off'],
    ['notes.txt', 'a,b\n', 'no format', '.csv'],
    ['gzipped.parquet.gz', gzipSync('PAR1'), 'compressed within', 'gunzip'],
  ])('%s', async (name, content, what, hint) => {
    await expect(readText(name, content)).rejects.toMatchObject(broken(what, hint))
  })

  it('a folder or nothing at all', async () => {
    await expect(read('missing.csv', ['a'])).rejects.toMatchObject(broken('ENOENT'))
  })
})
