import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExploreError } from '@explore/explore'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Access, accessOf } from './access.ts'
import { hashOf, newKey } from './keys.ts'
import { addKey, readKeys, removeKey } from './keys-file.ts'

const NOW = 1_800_000_000_000
const folder = mkdtempSync(join(tmpdir(), 'explore-access-'))
afterAll(() => rmSync(folder, { recursive: true }))

let time = NOW
const problems: (ExploreError | undefined)[] = []
const access = (environment: Record<string, string>, keysFile = join(folder, 'none.json')) =>
  accessOf({ environment, keysFile, now: () => time, tell: problem => problems.push(problem) })
const bearer = (text: string) => `Bearer ${text}`

test('without keys and tokens anyone may call', async () => {
  const open = access({})
  expect(open.enforced).toBe(false)
  expect(await open.callerOf(undefined)).toMatchObject({ role: 'service' })
})

describe('keys', () => {
  const file = join(folder, 'keys.json')

  test('are kept as hashes, known by name and role, and taken out within a second', async () => {
    const shop = addKey(file, { name: 'shop', role: 'service', perSecond: 500 })
    const ann = addKey(file, { name: 'ann', role: 'viewer', user: 'u1' })
    expect(JSON.stringify(readKeys(file))).not.toContain(shop.slice(3))
    const { callerOf, enforced } = access({}, file)
    expect(enforced).toBe(true)
    expect(await callerOf(bearer(shop))).toEqual({ name: 'shop', role: 'service', perSecond: 500 })
    expect(await callerOf(`bearer   ${ann}`)).toEqual({ name: 'ann', role: 'viewer', user: 'u1' })

    removeKey(file, 'ann')
    time += 1000
    await expect(callerOf(bearer(ann))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })

    // A file that breaks or vanishes opens nothing, and closes nothing.
    for (const spoil of [() => writeFileSync(file, '[{}]'), () => rmSync(file)]) {
      spoil()
      time += 1000
      expect(await callerOf(bearer(shop))).toMatchObject({ name: 'shop' })
      expect(problems.at(-1)).toMatchObject({ code: 'KEYS_INVALID' })
    }
  })

  test('a line of the environment holds some, too', async () => {
    const [shop, ann] = [newKey(), newKey()]
    const line = `shop:admin:${hashOf(shop)}, ann:viewer:${hashOf(ann)}:u:1`
    const { callerOf } = access({ EXPLORE_API_KEYS: line })
    expect(await callerOf(bearer(shop))).toEqual({ name: 'shop', role: 'admin' })
    expect(await callerOf(bearer(ann))).toEqual({ name: 'ann', role: 'viewer', user: 'u:1' })
  })

  const BAD_HEADERS = [undefined, '', 'Bearer', 'Basic abc', 'Bearer a b', 'Bearer xk_wrong']
  test.each([...BAD_HEADERS, `Bearer ${'a'.repeat(9000)}`])('%j is nobody', async header => {
    const { callerOf } = access({ EXPLORE_API_KEYS: `shop:service:${hashOf(newKey())}` })
    await expect(callerOf(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  const sha256 = 'a'.repeat(64)
  test.each([
    ['no JSON', '{', 'keys'],
    ['no list', '{}', 'keys'],
    ['an unknown field', [{ name: 'a', role: 'service', sha256, key: 'xk_1' }], '[0].key'],
    ['an unknown role', [{ name: 'a', role: 'root', sha256 }], '[0].role'],
    ['the key itself', [{ name: 'a', role: 'service', sha256: newKey() }], '[0].sha256'],
    ['a viewer without id', [{ name: 'a', role: 'viewer', sha256 }], '[0].user'],
    ['an id that is none', [{ name: 'a', role: 'viewer', sha256, user: 'a/b' }], '[0].user'],
    ['a service with id', [{ name: 'a', role: 'service', sha256, user: 'u1' }], '[0].user'],
    ['no rate', [{ name: 'a', role: 'service', sha256, perSecond: 0 }], '[0].perSecond'],
    ['two of a name', [1, 2].map(() => ({ name: 'a', role: 'admin', sha256 })), 'name'],
  ])('a file with %s stops the start', (_, content, field) => {
    const bad = join(folder, 'bad.json')
    writeFileSync(bad, typeof content === 'string' ? content : JSON.stringify(content))
    expect(() => access({ EXPLORE_KEYS: bad })).toThrowError(
      expect.objectContaining({ code: 'KEYS_INVALID', field }),
    )
  })

  test('a file that is named and not there stops the start', () => {
    expect(() => access({ EXPLORE_KEYS: join(folder, 'nowhere.json') })).toThrowError(
      expect.objectContaining({ code: 'KEYS_INVALID' }),
    )
  })
})

describe('tokens', () => {
  const ISSUER = { EXPLORE_JWT_ISSUER: 'https://id.example', EXPLORE_JWT_AUDIENCE: 'explore' }
  const file = join(folder, 'jwks.json')
  let keys: Awaited<ReturnType<typeof generateKeyPair>>
  let jwks: string
  let fromFile: Access

  beforeAll(async () => {
    keys = await generateKeyPair('ES256')
    jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1' }] })
    writeFileSync(file, jwks)
    fromFile = access({ ...ISSUER, EXPLORE_JWKS: file })
  })

  const claims = { sub: 'u1', iss: 'https://id.example', aud: 'explore', exp: NOW / 1000 + 3600 }
  const signed = (
    changes: object = {},
    key: Parameters<SignJWT['sign']>[0] = keys.privateKey,
    alg = 'ES256',
  ) => new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg, kid: 'k1' }).sign(key)
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

  test('make their subject the viewer', async () => {
    const caller = { name: 'jwt', role: 'viewer', user: 'u1' }
    expect(await fromFile.callerOf(bearer(await signed()))).toEqual(caller)
  })

  const BAD: readonly [string, () => Promise<string> | string][] = [
    ['expired', () => signed({ exp: NOW / 1000 - 3600 })],
    ['not valid yet', () => signed({ nbf: NOW / 1000 + 3600 })],
    ['without an end', () => signed({ exp: undefined })],
    ['for another audience', () => signed({ aud: 'other' })],
    ['of another issuer', () => signed({ iss: 'https://evil.example' })],
    ['without a subject', () => signed({ sub: undefined })],
    ['for a subject that is no id', () => signed({ sub: '../u1' })],
    ['signed by another key', async () => signed({}, (await generateKeyPair('ES256')).privateKey)],
    ['without a signature', () => `${encoded({ alg: 'none' })}.${encoded(claims)}.`],
    ['that says none', () => `${encoded({ alg: 'none', kid: 'k1' })}.${encoded(claims)}.AAAA`],
    ['signed with the public key as a secret', () => signed({}, Buffer.from(jwks), 'HS256')],
    [
      'changed after signing',
      async () => {
        const [head, , signature] = (await signed()).split('.')
        return `${head}.${encoded({ ...claims, sub: 'u2' })}.${signature}`
      },
    ],
    ['of no shape', () => 'abc'],
  ]
  test.each(BAD)('one %s is refused', async (_, token) => {
    await expect(fromFile.callerOf(bearer(await token()))).rejects.toMatchObject({
      ...{ code: 'TOKEN_INVALID', status: 401 },
    })
  })

  test('come by the keys at a URL; without its server nobody gets in, and it is said whose fault it is', async () => {
    let answer: (() => string) | undefined
    const server = createServer((_, reply) => {
      if (answer === undefined) return reply.writeHead(500).end()
      return reply.writeHead(200, { 'content-type': 'application/json' }).end(answer())
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
    const { callerOf } = access({ ...ISSUER, EXPLORE_JWKS: url })
    const unreachable = { code: 'JWKS_UNREACHABLE', status: 503 }
    await expect(callerOf(bearer(await signed()))).rejects.toMatchObject(unreachable)
    answer = () => '<html>'
    await expect(callerOf(bearer(await signed()))).rejects.toMatchObject(unreachable)
    answer = () => jwks
    expect(await callerOf(bearer(await signed()))).toMatchObject({ user: 'u1' })
  })

  test('a plain http URL elsewhere, and an issuer that is not named, stop the start', () => {
    const environment = { ...ISSUER, EXPLORE_JWKS: 'http://id.example/jwks' }
    expect(() => access(environment)).toThrowError(
      expect.objectContaining({ code: 'KEYS_INVALID', field: 'EXPLORE_JWKS' }),
    )
    expect(() => access({ EXPLORE_JWKS: file, EXPLORE_JWT_ISSUER: 'x' })).toThrowError(
      expect.objectContaining({ field: 'EXPLORE_JWT_AUDIENCE' }),
    )
  })
})
