import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { changeSettings, loadSettings } from './settings-file.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'explore-settings-'))
  file = join(folder, 'settings.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('lays the file over the defaults and the environment over the file', () => {
  writeFileSync(file, '{"page.limit": 12, "value.like.new": 7}')
  const settings = loadSettings(file, { EXPLORE_SET_PAGE_LIMIT: '15' })
  expect(settings['page.limit']).toBe(15)
  expect(settings['value.like.new']).toBe(7)
  expect(settings['value.like.heavy']).toBe(4)
})

it('changes the file in one step and takes overrides back', () => {
  expect(changeSettings(file, {}, { 'page.limit': 9, 'value.like.new': 2 })['page.limit']).toBe(9)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ 'page.limit': 9, 'value.like.new': 2 })
  expect(changeSettings(file, {}, { 'page.limit': null })['page.limit']).toBe(20)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ 'value.like.new': 2 })
  expect(readdirSync(folder)).toEqual(['settings.json'])
})

it.each([
  [{ 'page.limt': 3 }, 'SETTING_UNKNOWN', 'page.limt'],
  [{ 'page.limt': null }, 'SETTING_UNKNOWN', 'page.limt'],
  [{ 'page.limit': 0 }, 'SETTING_INVALID', 'page.limit'],
  [{ 'page.limit': '9' }, 'SETTING_INVALID', 'page.limit'],
  [{ 'value.see_less.new': -1 }, 'SETTING_INVALID', 'value.see_less.new'],
  [{ 'page.limit': 9, 'rerank.mmrLambda': 2 }, 'SETTING_INVALID', 'rerank.mmrLambda'],
  [JSON.parse('{"__proto__": 1}'), 'SETTING_UNKNOWN', '__proto__'],
])('refuses %j with %s and changes nothing', (changes, code, field) => {
  changeSettings(file, {}, { 'page.limit': 8 })
  expect(() => changeSettings(file, {}, changes)).toThrow(expect.objectContaining({ code, field }))
  expect(loadSettings(file, {})['page.limit']).toBe(8)
})

it('says so when the environment decides', () => {
  expect(() => changeSettings(file, { EXPLORE_SET_PAGE_LIMIT: '5' }, { 'page.limit': 6 })).toThrow(
    expect.objectContaining({ code: 'SETTING_INVALID', field: 'page.limit' }),
  )
  expect(existsSync(file)).toBe(false)
})

it.each(['{', '[]', '3', 'null'])('refuses a file that holds %s', text => {
  writeFileSync(file, text)
  expect(() => loadSettings(file, {})).toThrow(expect.objectContaining({ code: 'SETTINGS_FILE' }))
})
