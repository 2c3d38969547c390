import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { readKuaiRand } from './kuairand.ts'

const folder = mkdtempSync(join(tmpdir(), 'kuairand-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (text: string) => {
  const file = join(folder, 'impressions.csv.gz')
  writeFileSync(file, gzipSync(text))
  return file
}
const HEADER =
  'user_id,video_id,time_ms,is_click,long_view,is_like,is_follow,is_comment,is_forward,is_hate'

test('reads impressions in order of time', () => {
  const log = readKuaiRand(write(`${HEADER}\n9,70,2000,1,1,0,0,0,0,0\n8,70,1000,0,0,0,0,0,0,1\n`))
  expect(log.length).toBe(2)
  expect([...log.times]).toEqual([1000, 2000])
  expect([...log.users]).toEqual([0, 1])
  expect([...log.items]).toEqual([0, 0])
  expect([...log.labels.click!]).toEqual([0, 1])
  expect([...log.labels.see_less!]).toEqual([1, 0])
  expect(log.labels.save).toBeUndefined()
})

test('names a missing column', () => {
  expect(() => readKuaiRand(write('user_id,video_id,time_ms\n1,2,3\n'))).toThrow('is_click')
})
