import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { agree, isAgreed, protoFaults } from './agreed-protos.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'explore-protos-'))
  cpSync(join(import.meta.dirname, '../../protos'), folder, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

const change = (file: string, from: string, to: string): void => {
  const path = join(folder, 'explore/v1', file)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  writeFileSync(path, text.replace(from, to))
}

it('the files are in order, and what is agreed on is all that they say', () => {
  expect(protoFaults(folder)).toEqual([])
  expect(isAgreed(folder)).toBe(true)
})

it.each([
  ['another number', 'string id = 1;', 'string id = 101;', 'field "1"'],
  ['another type', 'string id = 1;', 'uint64 id = 1;', 'changed type'],
  ['another name', 'string author = 2;', 'string creator = 2;', 'changed name'],
])('a field of %s breaks what others rely on', (_, from, to, said) => {
  change('catalogue.proto', from, to)
  expect(protoFaults(folder)).toEqual([expect.stringContaining(said)])
})

it('a new field breaks nothing, and is to be agreed on', () => {
  change('catalogue.proto', 'string author = 2;', 'string author = 2;\n  string title = 99;')
  expect(protoFaults(folder)).toEqual([])
  expect(isAgreed(folder)).toBe(false)
  expect(agree(folder)).toBeUndefined()
  expect(isAgreed(folder)).toBe(true)
  change('catalogue.proto', 'string title = 99;', '')
  expect(protoFaults(folder)).toEqual([expect.stringContaining('title')])
})

it('a comment changes nothing that is agreed on', () => {
  change('catalogue.proto', '// Most specific first;', '// The most specific comes first;')
  expect(isAgreed(folder)).toBe(true)
})

it('names that are no style, and files that do not compile, are told', () => {
  change('catalogue.proto', 'string author = 2;', 'string author = 2;\n  string theTitle = 99;')
  expect(protoFaults(folder)).toEqual([expect.stringContaining('lower_snake_case')])
  change('catalogue.proto', 'syntax = "proto3";', 'syntax = "proto3"')
  expect(protoFaults(folder)).toEqual([
    expect.stringContaining('catalogue.proto'),
    expect.stringContaining('catalogue.proto'),
  ])
})
