import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { ExploreError } from '@explore/explore'
import { MANIFEST } from './manifest.ts'

/** Ed25519 over the bytes of manifest.json, in hex: what the home's key vouches for, the metrics among it. */
export const SIGNATURE = 'manifest.sig'

/** Of this thread: keys that are made at once need drafts of their own. */
let drafts = 0

/** The home's signing key, made where there is none (PKCS #8, mode 0600). */
export const signingKey = async (path: string): Promise<KeyObject> => {
  const known = await keyAt(path)
  if (known !== undefined) return known
  const { privateKey } = generateKeyPairSync('ed25519')
  const draft = `${path}.${process.pid}.${threadId}.${drafts++}.tmp`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  // Of two processes that make a key at once, the second takes the first one's.
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
  return (await keyAt(path))!
}

/**
 * The key that a home's bundles are checked with, undefined where it has never signed one: of its private key, or a public one
 * in its place. Throws BUNDLE_SIGNATURE.
 */
export const verifyingKey = async (path: string): Promise<KeyObject | undefined> => {
  const pem = await readFile(path).catch(missing)
  return pem && keyOf(path, () => createPublicKey(pem))
}

export const signManifest = (manifest: string, key: KeyObject): string =>
  `${sign(null, Buffer.from(manifest), key).toString('hex')}\n`

/**
 * Whether a bundle is signed; throws BUNDLE_SIGNATURE where it is, but not by `key`, or not for this manifest.
 * Without a key a signature says nothing and counts as none.
 */
export const checkSigned = async (dir: string, key: KeyObject | undefined): Promise<boolean> => {
  const signature = await readFile(join(dir, SIGNATURE), 'latin1').catch(missing)
  if (signature === undefined || key === undefined) return false
  const manifest = await readFile(join(dir, MANIFEST))
  if (verify(null, manifest, key, Buffer.from(signature.trim(), 'hex'))) return true
  const message = `${MANIFEST} does not fit its signature: it was altered, or another home signed it`
  throw new ExploreError('BUNDLE_SIGNATURE', message, { field: MANIFEST })
}

const keyAt = async (path: string): Promise<KeyObject | undefined> => {
  const pem = await readFile(path).catch(missing)
  return pem && keyOf(path, () => createPrivateKey(pem), 'private ')
}

const keyOf = (path: string, read: () => KeyObject, kind = ''): KeyObject => {
  try {
    return read()
  } catch (cause) {
    throw new ExploreError('BUNDLE_SIGNATURE', `${path} is no ${kind}key`, {
      field: 'key',
      hint: 'restore it; without it, as a last resort, delete it and train again',
      cause,
    })
  }
}

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error
}
