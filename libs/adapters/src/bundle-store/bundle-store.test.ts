import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type S3Server, startS3, whyNoS3 } from '@explore/servers'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { bundleFixture } from '../bundle/bundle-fixture.ts'
import { signingKey, verifyingKey } from '../bundle/signature.ts'
import { verifyBundle } from '../bundle/verify-bundle.ts'
import { openBundleStore } from './open-bundle-store.ts'
import { pullBundle } from './pull-bundle.ts'
import { pushBundle } from './push-bundle.ts'
import { s3Error } from './s3-error.ts'
import { s3Target } from './s3-target.ts'

const why = whyNoS3()
const { write, bundles, remove } = await bundleFixture()
const keyFile = join(bundles, 'key.pem')
const key = await signingKey(keyFile)
const trusted = (await verifyingKey(keyFile))!
let s3: S3Server
beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' })
  if (why !== undefined) return
  s3 = await startS3()
  await s3.bucket('models')
}, 240_000)
afterAll(async () => {
  await s3?.stop()
  remove()
})

/** A store of its own, and a folder for what is fetched. */
const fresh = async () => {
  const prefix = `p${Math.random().toString(36).slice(2)}`
  const store = (await openBundleStore({
    EXPLORE_BUNDLES: `s3://models/${prefix}?endpoint=${s3.endpoint}`,
  }))!
  const into = mkdtempSync(join(tmpdir(), 'explore-pulled-'))
  onTestFinished(() => {
    store.close()
    rmSync(into, { recursive: true })
  })
  return { store, into }
}

describe('bundles in an object store', () => {
  beforeEach(({ skip }) => skip(why !== undefined, why))

  it('come back as they were, signed; a second time neither way sends anything', async () => {
    const { store, into } = await fresh()
    const dir = await write('whole', { key })
    expect(await store.current()).toBeUndefined()
    const sent = await pushBundle(store, bundles, 'whole', trusted)
    expect(sent.at(-1)).toBe('manifest.json')
    expect([...sent].sort()).toEqual(readdirSync(dir).sort())
    expect(await pushBundle(store, bundles, 'whole', trusted)).toEqual([])
    await store.point('whole')
    expect(await store.current()).toBe('whole')
    expect(await pullBundle(store, into, 'whole', trusted)).toBe(true)
    expect(await pullBundle(store, into, 'whole', trusted)).toBe(false)
    for (const name of readdirSync(dir)) {
      expect(readFileSync(join(into, 'whole', name))).toEqual(readFileSync(join(dir, name)))
    }
    await verifyBundle(join(into, 'whole'), trusted)
  })

  it('are refused where they are not what was pushed, and leave nothing behind', async () => {
    const { store, into } = await fresh()
    const dir = await write('broken', { key })
    await pushBundle(store, bundles, 'broken', trusted)
    const vectors = readFileSync(join(dir, 'vectors.f32'))
    const changed = Uint8Array.from(vectors)
    changed[0]! ^= 1
    for (const body of [changed, vectors.subarray(4), Buffer.concat([vectors, vectors])]) {
      writeFileSync(join(bundles, 'other'), body)
      await store.write('broken', 'vectors.f32', join(bundles, 'other'))
      await expect(pullBundle(store, into, 'broken', trusted)).rejects.toMatchObject({
        code: 'BUNDLE_BROKEN',
        field: 'vectors.f32',
      })
    }
    await expect(pullBundle(store, into, 'none', trusted)).rejects.toMatchObject({
      code: 'BUNDLE_MISSING',
    })
    await expect(pullBundle(store, into, '../up', trusted)).rejects.toMatchObject({
      code: 'BUNDLE_BROKEN',
    })
    expect(readdirSync(into)).toEqual([])
  })

  it('must be signed by the key that there is, and not be another of the same name', async () => {
    const { store, into } = await fresh()
    await write('unsigned')
    await pushBundle(store, bundles, 'unsigned')
    await expect(pullBundle(store, into, 'unsigned', trusted)).rejects.toMatchObject({
      code: 'BUNDLE_SIGNATURE',
    })
    expect(await pullBundle(store, into, 'unsigned')).toBe(true)
    const text = readFileSync(join(bundles, 'unsigned/manifest.json'), 'utf8')
    writeFileSync(join(bundles, 'unsigned/manifest.json'), text.replace('"seed": 1', '"seed": 2'))
    await expect(pushBundle(store, bundles, 'unsigned')).rejects.toMatchObject({
      code: 'BUNDLE_EXISTS',
    })
  })

  it('are told from a bucket that is not there, and a server that is away', async () => {
    const at = async (bucket: string, endpoint: string) => {
      const EXPLORE_BUNDLES = `s3://${bucket}/x?endpoint=${endpoint}`
      const store = (await openBundleStore({ EXPLORE_BUNDLES }))!
      onTestFinished(() => store.close())
      return store.current()
    }
    await expect(at('nowhere', s3.endpoint)).rejects.toMatchObject({ code: 'STORE_UNFIT' })
    await expect(at('models', 'http://127.0.0.1:9')).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    })
  }, 120_000)
})

describe('the address of a store of bundles', () => {
  it('is a bucket and a prefix', async () => {
    expect(s3Target('s3://b/p/q/?endpoint=http://minio:9000&every=3')).toMatchObject({
      ...{ bucket: 'b', prefix: 'p/q/', region: 'us-east-1', every: 3000, name: 's3://b/p/q' },
    })
    expect(s3Target('s3://b')).toMatchObject({ prefix: '', region: undefined, every: 10_000 })
    expect(await openBundleStore({})).toBeUndefined()
  })

  it.each([
    'http://b',
    's3://',
    's3://k:s@b',
    's3://b?colour=1',
    's3://b?endpoint=x',
    's3://b?every=0',
  ])('is not %s', text => {
    expect(() => s3Target(text)).toThrow(expect.objectContaining({ code: 'SETTING_INVALID' }))
  })

  it('says by its errors what to look at', () => {
    const denied = { name: 'Unknown', message: 'no', $metadata: { httpStatusCode: 403 } }
    expect(s3Error('s3://b/', denied)).toMatchObject({ code: 'STORE_FORBIDDEN' })
    expect(s3Error('s3://b/', new Error('reset'))).toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: 's3://b/: reset',
    })
  })
})
