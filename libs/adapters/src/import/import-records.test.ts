import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { parquetWriteFile } from 'hyparquet-writer'
import { afterEach, describe, expect, it } from 'vitest'
import { importFixture } from './import-fixture.ts'
import type { ImportFixture } from './import-fixture.ts'
import { checkMapping, loadMapping } from './load-mapping.ts'
import { importRecords } from './import-records.ts'
import type { ImportProgress } from './import-records.ts'

const fixtures: ImportFixture[] = []
const fixture = async (files: Readonly<Record<string, string | Uint8Array>>) => {
  const made = await importFixture(files)
  fixtures.push(made)
  return made
}
afterEach(async () => {
  for (const made of fixtures.splice(0)) await made.remove()
})

const generic = await loadMapping('generic')
const T = Date.UTC(2022, 3, 25)

const lines = (...rows: readonly object[]): string =>
  rows.map(row => `${JSON.stringify(row)}\n`).join('')

/** What rejects.csv says, but for the value: `file:line column: reason`. */
const refused = async ({ folder }: ImportFixture): Promise<string[]> => {
  const text = await readFile(join(folder, 'rejects.csv'), 'utf8')
  const [, ...rows] = parse(text) as string[][]
  return rows.map(([file, line, column, reason]) => `${file}:${line} ${column}: ${reason}`)
}

describe('importRecords with the generic mapping', () => {
  it('imports every field of every record from JSONL', async () => {
    const item = {
      id: 'i1',
      author: 'a1',
      topics: ['x', 'y'],
      createdAt: T - 1,
      durationMs: 9_000,
      hidden: false,
      recommendable: true,
      integrityRisk: 0.25,
      attributes: { music: 'm', format: '7' },
    }
    const user = { id: 'u1', createdAt: T - 2, attributes: { country: 'NL' } }
    const click = {
      eventId: 'e1',
      userId: 'u1',
      itemId: 'i1',
      time: T,
      requestId: 'r',
      position: 3,
      surface: 'home',
      playMs: 10,
      type: 'click',
    }
    const hide = { eventId: 'e2', userId: 'u1', authorId: 'a1', time: T + 1, type: 'hide_author' }
    const it = await fixture({
      'items.jsonl': lines(item),
      'b/users-1.ndjson.gz': gzipSync(lines(user)),
      'events.jsonl': lines(hide, click),
    })
    const report = await it.run({ mapping: generic })
    expect(it.items).toEqual([item])
    expect(it.users).toEqual([user])
    expect(it.events).toEqual([click, hide])
    expect(it.calls).toEqual(['items', 'users', 'events'])
    expect(report).toMatchObject({
      items: 1,
      users: 1,
      events: 2,
      eventTypes: { click: 1, hide_author: 1, like: 0 },
      duplicates: 0,
      rejects: 0,
    })
  })

  it('makes the same of CSV and of Parquet', async () => {
    const it = await fixture({
      'items.csv': 'id,author,topics,hidden,attributes\n1,a,x|y,0,"{""music"":7}"\n2,b,,true,\n',
      'events.tsv': `userId\titemId\ttype\ttime\n1\t2\tlike\t${T}\n`,
    })
    parquetWriteFile({
      filename: join(it.folder, 'data', 'events-2.parquet'),
      columnData: [
        { name: 'userId', data: [5n], type: 'INT64' },
        { name: 'itemId', data: [2], type: 'INT32' },
        { name: 'type', data: ['save'], type: 'STRING' },
        { name: 'time', data: [new Date(T - 1)], type: 'TIMESTAMP' },
      ],
    })
    await it.run({ mapping: generic })
    expect(it.items).toEqual([
      { id: '1', author: 'a', topics: ['x', 'y'], hidden: false, attributes: { music: '7' } },
      { id: '2', author: 'b', hidden: true },
    ])
    expect(it.events).toMatchObject([
      { userId: '5', itemId: '2', type: 'save', time: T - 1 },
      { userId: '1', itemId: '2', type: 'like', time: T },
    ])
  })

  it('refuses rows one by one, each with its line, column and reason', async () => {
    const event = { userId: 'u', itemId: 'i', type: 'like', time: T }
    const it = await fixture({
      'events.jsonl': `${lines(
        event,
        { ...event, userId: 'no id' },
        { ...event, userId: undefined },
        { ...event, itemId: undefined },
        { ...event, type: 'liek' },
        { ...event, time: T / 1000 },
        { ...event, time: Date.UTC(2022, 4, 10) },
        { ...event, time: 'soon' },
        { ...event, position: 1.5 },
        { ...event, position: -1 },
        { ...event, surface: 'x'.repeat(300) },
        { ...event, type: 'hide_author', itemId: undefined },
      )}{"userId":\n${lines({ ...event, playMs: '1e999' }, { ...event, userId: '__proto__' })}`,
      'items.csv':
        'id,author,integrityRisk,hidden,createdAt,attributes\n1,a,2,,,\n2,a,,maybe,,\n3,a,,,-9e12,\n4,a,,,,[]\n5,a,,,,"{""__proto__"":1}"\n6,a\n7,é,,,,\n8,a,1,1,-2e12,\n',
    })
    const report = await it.run({ mapping: generic, maxRejects: 20 })
    expect(await refused(it)).toEqual([
      'events.jsonl:2 userId: userId is not an id: 1 to 64 characters of A-Z a-z 0-9 _ . : ~ @ -',
      'events.jsonl:3 userId: userId is missing',
      'events.jsonl:4 : a like needs an itemId',
      'events.jsonl:5 type: type is not an event type: perhaps like',
      'events.jsonl:6 time: time looks like seconds: use s(…)',
      'events.jsonl:7 time: time is in the future',
      'events.jsonl:8 time: time is not a number',
      'events.jsonl:9 position: position is not a whole number',
      'events.jsonl:10 position: position is not a number from 0 to 2147483648',
      'events.jsonl:11 surface: surface is longer than 256 characters',
      'events.jsonl:12 : a hide_author needs an itemId or an authorId',
      'events.jsonl:13 : is not JSON',
      'events.jsonl:14 playMs: playMs is not a number at least 0',
      'items.csv:2 integrityRisk: integrityRisk is not a number from 0 to 1',
      'items.csv:3 hidden: hidden is not true, false, 1 or 0',
      'items.csv:4 createdAt: createdAt is not a time after the start of 1900',
      'items.csv:5 attributes: attributesFrom is not an object',
      'items.csv:6 attributes: attributesFrom is no attribute name',
      'items.csv:7 : has 2 fields, the header 6',
      'items.csv:8 author: author is not an id: 1 to 64 characters of A-Z a-z 0-9 _ . : ~ @ -',
    ])
    expect(report.rejects).toBe(20)
    expect(it.events.map(({ userId }) => userId)).toEqual(['u', '__proto__'])
    expect(it.items.map(({ id }) => id)).toEqual(['8'])
  })
})

const mapping = checkMapping({
  files: [
    {
      match: '*.csv{,.gz}',
      event: {
        userId: 'user',
        itemId: 'item',
        time: 's(at)',
        types: { impression: 'true', click: 'clicked', like: 'liked and clicked' },
      },
    },
  ],
})

const HEADER = 'user,item,at,clicked,liked\n'
const S = T / 1000

describe('importRecords', () => {
  it('makes several events of a row, impressions first, in the order of time over all files', async () => {
    const it = await fixture({
      'b.csv.gz': gzipSync(`${HEADER}u,i,${S + 2},1,0\nu,j,${S},0,1\n`),
      'a.csv': `${HEADER}v,i,${S + 1},1,1\n`,
      'notes/readme.md': 'not for import',
    })
    const progress: ImportProgress[] = []
    const report = await it.run({ mapping, onProgress: some => progress.push(some) })
    expect(
      it.events.map(({ userId, itemId, type, time }) => [userId, itemId, type, time - T]),
    ).toEqual([
      ['u', 'j', 'impression', 0],
      ['v', 'i', 'impression', 1000],
      ['v', 'i', 'click', 1000],
      ['v', 'i', 'like', 1000],
      ['u', 'i', 'impression', 2000],
      ['u', 'i', 'click', 2000],
    ])
    expect(report).toMatchObject({
      ignored: ['notes/readme.md'],
      files: [
        { file: 'a.csv', rows: 1, rejects: 0, skipped: 0 },
        { file: 'b.csv.gz', rows: 2, rejects: 0, skipped: 0 },
      ],
    })
    expect(progress.at(0)).toMatchObject({ phase: 'read', file: 'a.csv' })
    expect(progress.findLast(({ phase }) => phase === 'read')).toMatchObject({
      done: (progress[0] as { total: number }).total,
    })
    expect(progress.at(-1)).toEqual({ phase: 'apply', done: 6, total: 6 })
  })

  it('gives events the same ids each time, and leaves out what was logged twice', async () => {
    const row = `u,i,${S},1,0\n`
    const it = await fixture({ 'a.csv': HEADER + row + row, 'b.csv': `${HEADER}u,i,${S},1,1\n` })
    const progress: ImportProgress[] = []
    const report = await it.run({ mapping, onProgress: some => progress.push(some) })
    expect(it.events.map(({ type }) => type)).toEqual(['impression', 'click', 'like'])
    expect(progress.at(-1)).toEqual({ phase: 'apply', done: 7, total: 7 })
    expect(report).toMatchObject({ events: 3, duplicates: 4 })
    const first = it.events.splice(0)
    await it.run({ mapping })
    expect(it.events).toEqual(first)
  })

  it('stops at one bad row too many, and the sink has seen nothing', async () => {
    const it = await fixture({
      'a.csv': `${HEADER}u,i,${S},1,0\n`,
      'b.csv': `${HEADER}u,i,x,1,0\nu,i,y,1,0\nu,i,z,1,0\n`,
    })
    await expect(it.run({ mapping, maxRejects: 1 })).rejects.toMatchObject({
      code: 'IMPORT_REJECTS',
      field: 'at',
      message:
        'more than 1 rows were refused; the first: b.csv, line 2, column at: time is not a number',
      hint: expect.stringContaining('rejects.csv'),
    })
    expect(it.calls).toEqual([])
    expect(await refused(it)).toHaveLength(2)
    expect((await readdir(it.folder)).sort()).toEqual(['data', 'rejects.csv'])
  })

  it.each<[string, Readonly<Record<string, string | Uint8Array>>, string, string, string]>([
    [
      'a missing column',
      { 'a.csv': 'user,item,at,click,liked\n' },
      'IMPORT_COLUMN',
      'a.csv has no column clicked',
      'did you mean click? it has user, item',
    ],
    [
      'a column that comes twice',
      { 'a.csv': 'user,item,at,at,clicked,liked\n' },
      'IMPORT_COLUMN',
      'more than one column at',
      '',
    ],
    ['a binary file', { 'a.csv': new Uint8Array(100) }, 'IMPORT_FILE', 'a.csv is binary', ''],
    ['an empty file', { 'a.csv': '' }, 'IMPORT_FILE', 'a.csv is empty', ''],
    [
      'a truncated gz',
      { 'a.csv.gz': gzipSync(HEADER).subarray(0, -9) },
      'IMPORT_FILE',
      'ends early',
      '',
    ],
    ['nothing that matches', { 'a.txt': 'x' }, 'IMPORT_FILE', 'no file of', 'reads *.csv{,.gz}'],
  ])(
    'refuses %s whole, however many rejects are allowed',
    async (_, files, code, message, hint) => {
      const it = await fixture({ '0.csv': `${HEADER}u,i,${S},1,0\n`, ...files })
      const paths = files['a.txt'] === undefined ? undefined : [join(it.folder, 'data', 'a.txt')]
      const failure = it.run({ mapping, maxRejects: 1_000_000, ...(paths && { paths }) })
      await expect(failure).rejects.toMatchObject({
        code,
        message: expect.stringContaining(paths ? 'no rule of the mapping' : message),
        hint: expect.stringContaining(hint),
      })
      expect(it.calls).toEqual([])
      expect(await readdir(it.folder)).not.toContainEqual(
        expect.stringContaining('explore-import-'),
      )
    },
  )

  it('takes single files, and says which path is not there', async () => {
    const it = await fixture({ 'a.csv': `${HEADER}u,i,${S},0,0\n`, 'b.csv': 'x\n' })
    await it.run({ mapping, paths: [join(it.folder, 'data', 'a.csv')] })
    expect(it.events).toHaveLength(1)
    const gone = join(it.folder, 'gone')
    await expect(it.run({ mapping, paths: [gone] })).rejects.toMatchObject({
      code: 'IMPORT_FILE',
      field: gone,
    })
  })

  it('does not write the rejects over its input', async () => {
    const it = await fixture({ 'a.csv': HEADER })
    const rejectsPath = join(it.folder, 'data', 'a.csv')
    await expect(it.run({ mapping, rejectsPath })).rejects.toMatchObject({ code: 'USAGE' })
    expect(await readFile(rejectsPath, 'utf8')).toBe(HEADER)
  })

  it('passes on what the sink throws, a full disk by its code, and stops when told', async () => {
    const it = await fixture({ 'a.csv': `${HEADER}u,i,${S},0,0\n` })
    const options = {
      paths: [join(it.folder, 'data')],
      mapping,
      maxRejects: 0,
      now: Date.UTC(2022, 4, 9),
      tempFolder: it.folder,
    }
    const failing = (error: Error) => ({ ...it.sink, events: () => Promise.reject(error) })
    const error = new Error('the store is gone')
    await expect(importRecords(options, failing(error))).rejects.toBe(error)
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
    await expect(importRecords(options, failing(full))).rejects.toMatchObject({ code: 'DISK_FULL' })
    await expect(it.run({ mapping, signal: AbortSignal.abort(error) })).rejects.toBe(error)
    expect(await readdir(it.folder)).not.toContainEqual(expect.stringContaining('explore-import-'))
  })

  it('skips rows and reads markers for no value where the mapping says so', async () => {
    const [rule] = mapping.files
    const it = await fixture({ 'a.csv': `${HEADER}u,i,${S},\\N,1\nNULL,i,${S},1,1\n,i,bad,1,1\n` })
    const report = await it.run({
      mapping: { files: [{ ...rule!, when: 'user != null', missing: ['NULL', '\\N'] }] },
    })
    expect(it.events.map(({ type }) => type)).toEqual(['impression'])
    expect(report).toMatchObject({ files: [{ rows: 3, rejects: 0, skipped: 2 }] })
  })

  it('takes an id from the mapping as it is, or with the type where a row is several events', async () => {
    const files = { 'a.csv': `${HEADER}u,i,${S},1,0\n` }
    const { types, ...event } = mapping.files[0]!.event!
    const several = await fixture(files)
    const eventId = "concat('e', at)"
    await several.run({ mapping: { files: [{ match: '*', event: { ...event, types, eventId } }] } })
    expect(several.events.map(event => event.eventId)).toEqual([`e${S}:impression`, `e${S}:click`])
    const single = await fixture(files)
    await single.run({
      mapping: { files: [{ match: '*', event: { ...event, type: "'like'", eventId } }] },
    })
    expect(single.events.map(event => event.eventId)).toEqual([`e${S}`])
  })
})
