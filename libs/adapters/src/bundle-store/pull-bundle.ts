import { randomUUID, type KeyObject } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ExploreError } from '@explore/explore'
import { moveInto, orDiskFull, sync } from '../bundle/files.ts'
import { MANIFEST, readManifest } from '../bundle/manifest.ts'
import { checkSigned, SIGNATURE } from '../bundle/signature.ts'
import { verifyBundle } from '../bundle/verify-bundle.ts'
import type { BundleStore } from './bundle-store.ts'

/** Of a manifest or a signature, which name no size. */
const MOST_BYTES = 4 * 1024 * 1024
/** Milliseconds after which a half-fetched bundle is what a crash left. */
const LEFT_OVER = 3_600_000

/**
 * Fetches a bundle beside the others, checks all of it, and renames it into place: it appears whole or not at all. With a
 * `key` it must be signed by it. Returns false where it is there already. Throws BUNDLE_MISSING, BUNDLE_BROKEN,
 * BUNDLE_SIGNATURE, DISK_FULL.
 */
export const pullBundle = async (
  store: BundleStore,
  bundlesDir: string,
  id: string,
  key?: KeyObject,
): Promise<boolean> => {
  if (!/^\w[\w.-]{0,63}$/.test(id)) throw broken(MANIFEST, `${JSON.stringify(id)} is no id`)
  const dir = join(bundlesDir, id)
  if (await isThere(join(dir, MANIFEST))) return false
  const staging = join(bundlesDir, `.${id}.${randomUUID()}.pull`)
  try {
    await mkdir(staging, { recursive: true })
    await clear(bundlesDir, (await stat(staging)).mtimeMs)
    await fill(staging, store, id)
    const manifest = await verifyBundle(staging, key)
    if (manifest.id !== id) throw broken(MANIFEST, `is of bundle ${manifest.id}`)
    if (key !== undefined && !(await checkSigned(staging, key))) {
      const message = `${id} in ${store.name} is not signed`
      throw new ExploreError('BUNDLE_SIGNATURE', message, { field: SIGNATURE })
    }
    await moveInto(staging, dir)
    return true
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    // Another process of this folder was faster.
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    return orDiskFull(error)
  }
}

const fill = async (staging: string, store: BundleStore, id: string): Promise<void> => {
  const fetched = async (file: string, most: number): Promise<boolean> => {
    const body = await store.read(id, file)
    if (body === undefined) return false
    const path = join(staging, file)
    await pipeline(body, bounded(file, most), createWriteStream(path))
    await sync(path)
    return true
  }
  if (!(await fetched(MANIFEST, MOST_BYTES))) {
    throw new ExploreError('BUNDLE_MISSING', `${store.name} has no bundle ${id}`, {
      hint: '`explore bundle push` puts one there',
    })
  }
  await fetched(SIGNATURE, MOST_BYTES)
  const { files } = await readManifest(staging)
  for (const [file, { bytes }] of Object.entries(files)) {
    if (!(await fetched(file, bytes))) throw broken(file, `is missing in ${store.name}`)
  }
}

/** Lets no more through than there should be: a store is no reason to fill the disk. */
const bounded = (file: string, most: number): Transform => {
  let bytes = 0
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      if (bytes > most) done(broken(file, `is longer than the ${most} bytes that it should have`))
      else done(null, chunk)
    },
  })
}

const clear = async (bundlesDir: string, now: number): Promise<void> => {
  for (const name of await readdir(bundlesDir).catch(() => [])) {
    if (!name.endsWith('.pull')) continue
    const path = join(bundlesDir, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }))
    if (mtimeMs < now - LEFT_OVER) await rm(path, { recursive: true, force: true })
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const broken = (file: string, what: string): ExploreError =>
  new ExploreError('BUNDLE_BROKEN', `${file} ${what}`, { field: file })
