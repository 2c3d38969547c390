import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import { listsTask } from './lists.ts'
import { readPlainList } from './plain-list.ts'

const folder = mkdtempSync(join(tmpdir(), 'lists-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (content: string, name = 'list.csv'): string => {
  const path = join(folder, name)
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(content) : content)
  return path
}
const rows = async (path: string): Promise<unknown[]> =>
  (await readPlainList(path)).map(({ userId, itemId, time }) => [userId, itemId, time])

it('reads commas, tabs and blanks, with a header and without, seconds and milliseconds', async () => {
  const plain = [['u', 'a', 1000], ['u', 'b', 2000]] // prettier-ignore
  expect(await rows(file('u,a\nu,b\n'))).toEqual(plain)
  expect(await rows(file('user_id\titem_id\nu\ta\r\nu\tb'))).toEqual(plain)
  expect(await rows(file('u a\nu b', 'list.txt.gz'))).toEqual(plain)
  expect(await rows(file('u,b,1700000002\nu,a,1700000001'))).toEqual([
    ['u', 'a', 1700000001000],
    ['u', 'b', 1700000002000],
  ])
  expect(await rows(file('u,a,1700000001000'))).toEqual([['u', 'a', 1700000001000]])
})

it.each([
  ['', 'no rows'],
  ['user,item\n', 'no rows'],
  ['u,a\nu', 'line 2: it has no item'],
  ['u,a\nu,b,5', 'line 2: it has 3 cells, the lines before have 2'],
  ['u,a,5\nu,b,soon', 'line 2: "soon" is no time'],
  ['u,a\nu,b{', 'line 2: "b{" is no id'],
])('refuses %j and names the line', async (content, message) => {
  await expect(readPlainList(file(content))).rejects.toMatchObject({
    code: 'IMPORT_FILE',
    message: expect.stringContaining(message) as string,
  })
})

it('refuses what is not there, and a gzip file that is none', async () => {
  await expect(readPlainList(join(folder, 'absent'))).rejects.toMatchObject({ code: 'IMPORT_FILE' })
  const path = join(folder, 'text.gz')
  writeFileSync(path, 'u,a')
  await expect(readPlainList(path)).rejects.toMatchObject({ code: 'IMPORT_FILE' })
})

it('masks what was trained on, holds out the latest, and ranks the items of both lists', async () => {
  const train = file('u,a\nu,b\nu,c\nv,a\nv,b', 'train.csv')
  const test = file('u,d\nu,a\nv,e', 'test.csv')
  const { data, train: learnt, validation, test: asked, whole } = await listsTask(train, test)
  const ids = (items: ArrayLike<number>): string[] =>
    Array.from(items, item => data.catalogue.id(item))
  expect(ids(learnt.item)).toEqual(['a', 'b', 'a'])
  expect(validation.truth.map(ids)).toEqual([['c'], ['b']])
  expect(asked.truth.map(ids)).toEqual([['d'], ['e']])
  expect(asked.seen.map(ids)).toEqual([['a', 'b', 'c'], ['a', 'b']]) // prettier-ignore
  expect(whole!.train.length).toBe(5)
  expect(whole!.validation.users).toEqual([])
  await expect(listsTask(train, file('u,a', 'known.csv'))).rejects.toMatchObject({
    code: 'TRAIN_DATA',
  })
})
