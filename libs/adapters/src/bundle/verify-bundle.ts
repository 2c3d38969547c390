import type { KeyObject } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ExploreError } from '@explore/explore'
import { sha256 } from './files.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { checkSigned } from './signature.ts'

/**
 * Compares every file with the manifest, by size and SHA-256, and the manifest with its signature where there is a
 * `key`; returns the manifest. Throws BUNDLE_MISSING, BUNDLE_SIGNATURE, or BUNDLE_BROKEN naming the first file that
 * differs and how.
 */
export const verifyBundle = async (dir: string, key?: KeyObject): Promise<Manifest> => {
  const manifest = await readManifest(dir)
  await checkSigned(dir, key)
  for (const [name, expected] of Object.entries(manifest.files)) {
    const path = join(dir, name)
    const bytes = await stat(path).then(
      file => file.size,
      (cause: unknown) => {
        throw broken(name, 'is missing', cause)
      },
    )
    if (bytes !== expected.bytes) {
      const how = bytes < expected.bytes ? 'is truncated: it has' : 'is too long: it has'
      throw broken(name, `${how} ${bytes} of ${expected.bytes} bytes`)
    }
    if ((await sha256(path)) !== expected.sha256) {
      throw broken(name, 'was altered: its checksum differs from the manifest')
    }
  }
  return manifest
}

const broken = (file: string, what: string, cause?: unknown): ExploreError =>
  new ExploreError('BUNDLE_BROKEN', `${file} ${what}`, { field: file, cause })
