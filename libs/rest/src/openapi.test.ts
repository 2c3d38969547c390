import { Validator } from '@seriousme/openapi-schema-validator'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiReference } from './api-reference.ts'
import { NOWHERE } from './schemas/problem.ts'
import { edgeOf } from './testing/edge-of.ts'

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly { readonly name: string; readonly description?: string }[]
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}

interface OpenApi {
  readonly info: { readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

const edge = edgeOf()
let document: OpenApi
beforeAll(async () => {
  document = (await edge.inject('/openapi.json')).json()
})
afterAll(() => edge.close())

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)))
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
  expect(validator.version).toBe('3.1')
})

test('every operation, parameter and answer says what it is', () => {
  const operations = Object.values(document.paths).flatMap(path => Object.values(path))
  expect(operations.length).toBeGreaterThan(15)
  for (const operation of operations) {
    expect(operation).toMatchObject({
      operationId: expect.any(String),
      summary: expect.any(String),
      tags: [expect.any(String)],
    })
    for (const parameter of operation.parameters ?? []) expect(parameter.description).toBeTruthy()
    for (const { description } of Object.values(operation.responses)) {
      expect(description).not.toBe('Default Response')
    }
  }
  const ids = operations.map(operation => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every reference leads to a schema', () => {
  const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)
  const targets = new Set([...references].map(([, target]) => target!))
  const known = Object.keys(document.components.schemas).map(name => `#/components/schemas/${name}`)
  expect([...targets].filter(target => !known.includes(target))).toEqual([])
})

test('errors that belong to no route are told in the introduction', () => {
  for (const code of NOWHERE) expect(document.info.description).toContain(code)
})

test('the reference page needs no other server', async () => {
  const page = await edge.inject('/docs/')
  expect(page.statusCode).toBe(200)
  const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!)
  expect(links.length).toBeGreaterThan(3)
  for (const link of links) {
    expect((await edge.inject(new URL(link, 'http://x/docs/').pathname)).statusCode).toBe(200)
  }
  expect(page.headers['content-security-policy']).toContain("default-src 'self'")
})

test('docs/api.md is current: else `npm run docs -w libs/rest`', async () => {
  const path = fileURLToPath(new URL('../../../docs/api.md', import.meta.url))
  const text = await format(await apiReference(), {
    ...(await resolveConfig(path)),
    filepath: path,
  })
  await expect(text).toMatchFileSnapshot(path)
})
