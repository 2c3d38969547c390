import type { KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ExploreError } from '@explore/explore'
import { MANIFEST } from '../bundle/manifest.ts'
import { SIGNATURE } from '../bundle/signature.ts'
import { verifyBundle } from '../bundle/verify-bundle.ts'
import type { BundleStore } from './bundle-store.ts'

/**
 * Puts a sound bundle of this machine into a store, its manifest last: without one there is no bundle yet. Returns the files
 * that were sent; none where it is there already. Throws BUNDLE_EXISTS where another of this name is.
 */
export const pushBundle = async (
  store: BundleStore,
  bundlesDir: string,
  id: string,
  key?: KeyObject,
): Promise<readonly string[]> => {
  const dir = join(bundlesDir, id)
  const { files } = await verifyBundle(dir, key)
  const there = await store.read(id, MANIFEST)
  if (there !== undefined) {
    if ((await text(there)) === (await readFile(join(dir, MANIFEST), 'utf8'))) return []
    throw new ExploreError('BUNDLE_EXISTS', `${store.name} has another bundle ${id}`, {
      field: 'id',
    })
  }
  const signed = await stat(join(dir, SIGNATURE)).then(
    () => [SIGNATURE],
    () => [],
  )
  const sent = [...Object.keys(files), ...signed, MANIFEST]
  for (const file of sent) await store.write(id, file, join(dir, file))
  return sent
}
