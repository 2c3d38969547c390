import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExploreError } from '@explore/explore'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { liveSettings, type SettingsInForce } from './live-settings.ts'

let folder: string
let file: string
let news: (SettingsInForce | ExploreError)[]

const open = () => liveSettings(file, {}, each => news.push(each))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'explore-live-'))
  file = join(folder, 'settings.json')
  news = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('changes the file and what is in force, and says so', () => {
  const live = open()
  live.change({ 'page.limit': 9 })
  live.poll()
  expect(live.current()).toMatchObject({ version: 1, settings: { 'page.limit': 9 } })
  expect(news).toEqual([live.current()])
  expect(open().current().settings['page.limit']).toBe(9)
})

it('takes over what is written into the file, and its removal', () => {
  const live = open()
  writeFileSync(file, '{"page.limit": 7}')
  live.poll()
  expect(live.current().settings['page.limit']).toBe(7)
  rmSync(file)
  live.poll()
  expect(live.current()).toMatchObject({ version: 2, settings: { 'page.limit': 20 } })
})

it.each(['{"page.limit": 0}', '{"page.limit": ', '{"page.limt": 3}'])(
  'keeps what was sound when the file becomes %s, and says so once',
  text => {
    writeFileSync(file, '{"page.limit": 7}')
    const live = open()
    writeFileSync(file, text)
    live.poll()
    live.poll()
    expect(live.current()).toMatchObject({ version: 0, settings: { 'page.limit': 7 } })
    expect(news).toHaveLength(1)
    expect(news[0]).toBeInstanceOf(ExploreError)
    writeFileSync(file, '{"page.limit": 30}')
    live.poll()
    expect(live.current().settings['page.limit']).toBe(30)
  },
)

it('refuses a bad change and keeps the version', () => {
  const live = open()
  expect(() => live.change({ 'page.limit': 0 })).toThrow(/page.limit/)
  expect(live.current().version).toBe(0)
  expect(news).toEqual([])
})
