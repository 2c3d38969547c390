import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nextProto } from '@explore/rpc/testing/next-proto'
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
  ['no name', 'string author = 2;', '', 'field "2" with name "author"'],
])('a field of %s breaks what others rely on', (_, from, to, said) => {
  change('catalogue.proto', from, to)
  expect(protoFaults(folder)).toEqual([expect.stringContaining(said)])
})

it.each([
  ['a type of event', 'events.proto', 'EVENT_TYPE_SKIP = 15;', 'enum value "15"'],
  ['a method', 'first_stage.proto', 'rpc Score(ScoreRequest) returns (ScoreResponse);', '"Score"'],
])('%s that is gone breaks what others rely on', (_, file, line, said) => {
  change(file, line, '')
  expect(protoFaults(folder)).toEqual([expect.stringContaining(said)])
})

it('a message that is gone breaks what others rely on', () => {
  change('impressions.proto', 'message ServedPage {', 'message PageServed {')
  expect(protoFaults(folder)).toEqual([expect.stringContaining('message "ServedPage" was deleted')])
})

it('a file that is gone breaks what others rely on', () => {
  rmSync(join(folder, 'explore/v1/ann_index.proto'))
  expect(protoFaults(folder)).toEqual([expect.stringContaining('ann_index.proto" was deleted')])
})

it('all that a next version may add, as tests of two versions have it, breaks nothing', () => {
  for (const file of readdirSync(join(folder, 'explore/v1')).filter(f => f.endsWith('.proto'))) {
    const path = join(folder, 'explore/v1', file)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, nextProto(text))
  }
  expect(protoFaults(folder)).toEqual([])
  expect(isAgreed(folder)).toBe(false)
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
