import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bundleFixture, tinyWorld } from './bundle-fixture.ts'
import { loadBundle } from './load-bundle.ts'
import { checkSigned, signingKey, verifyingKey } from './signature.ts'
import { verifyBundle } from './verify-bundle.ts'

const { write, bundles, remove } = await bundleFixture()
afterAll(remove)

const path = join(bundles, 'key.pem')
const key = await signingKey(path)
const trusted = (await verifyingKey(path))!
const dir = await write('signed', { key })
const manifest = readFileSync(join(dir, 'manifest.json'), 'utf8')
const signature = readFileSync(join(dir, 'manifest.sig'))
const restore = (): void => {
  writeFileSync(join(dir, 'manifest.json'), manifest)
  writeFileSync(join(dir, 'manifest.sig'), signature)
}

const forged = { code: 'BUNDLE_SIGNATURE', field: 'manifest.json' }

describe('a key', () => {
  it('is made once, for its owner alone', async () => {
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect((await signingKey(path)).export({ type: 'pkcs8', format: 'pem' })).toEqual(
      key.export({ type: 'pkcs8', format: 'pem' }),
    )
    expect(await verifyingKey(join(bundles, 'none.pem'))).toBeUndefined()
    const both = await Promise.all([1, 2].map(() => signingKey(join(bundles, 'raced.pem'))))
    expect(both[0]!.equals(both[1]!)).toBe(true)
  })

  it('that is none is refused', async () => {
    writeFileSync(join(bundles, 'broken.pem'), 'no key')
    await expect(verifyingKey(join(bundles, 'broken.pem'))).rejects.toMatchObject({
      code: 'BUNDLE_SIGNATURE',
      field: 'key',
    })
  })
})

describe('a signature', () => {
  it('holds for the manifest as it was written', async () => {
    expect(await checkSigned(dir, trusted)).toBe(true)
    await verifyBundle(dir, trusted)
    await (await loadBundle(dir, { ...tinyWorld(), key: trusted })).close()
    const unsigned = await write('unsigned')
    expect(await checkSigned(unsigned, trusted)).toBe(false)
    await verifyBundle(unsigned, trusted)
  })

  it.each([
    ['better metrics', () => manifest.replace('"auc": 0.5', '"auc": 0.9')],
    ['another catalogue', () => manifest.replace('"here"', '"there"')],
    ['one space more', () => `${manifest} `],
  ])('does not hold for %s', async (_, altered) => {
    expect(altered()).not.toBe(manifest)
    writeFileSync(join(dir, 'manifest.json'), altered())
    await expect(verifyBundle(dir, trusted)).rejects.toMatchObject(forged)
    const loading = loadBundle(dir, { ...tinyWorld(), key: trusted })
    await expect(loading).rejects.toMatchObject(forged)
    restore()
  })

  it('of another home, or none at all in its place, does not hold', async () => {
    const other = await signingKey(join(bundles, 'other.pem'))
    await expect(
      checkSigned(await write('foreign', { key: other }), trusted),
    ).rejects.toMatchObject(forged)
    writeFileSync(join(dir, 'manifest.sig'), 'no signature')
    await expect(checkSigned(dir, trusted)).rejects.toMatchObject(forged)
    restore()
  })
})

it('is not asked for by whom has no key', async () => {
  mkdirSync(join(bundles, 'empty'), { recursive: true })
  rmSync(join(dir, 'manifest.sig'))
  expect(await checkSigned(dir, undefined)).toBe(false)
  restore()
})
