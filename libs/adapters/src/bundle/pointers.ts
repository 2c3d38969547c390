import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ExploreError } from '@explore/explore'
import { replaceFile } from './files.ts'
import { type Manifest, readManifest } from './manifest.ts'

const pointer = async (bundlesDir: string, name: 'current' | 'previous') => {
  try {
    return (await readFile(join(bundlesDir, name), 'utf8')).trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The id of the bundle that serves, undefined before the first promotion. */
export const currentBundle = (bundlesDir: string): Promise<string | undefined> =>
  pointer(bundlesDir, 'current')

/** The id of the bundle that served before: the one to roll back to. */
export const previousBundle = (bundlesDir: string): Promise<string | undefined> =>
  pointer(bundlesDir, 'previous')

/** Both pointers, as they are now. */
export const pointers = async (
  bundlesDir: string,
): Promise<{ readonly current: string | undefined; readonly previous: string | undefined }> => ({
  current: await currentBundle(bundlesDir),
  previous: await previousBundle(bundlesDir),
})

/** Makes `id` the bundle that serves, and the one that does the previous. Throws BUNDLE_MISSING. */
export const promoteBundle = async (bundlesDir: string, id: string): Promise<void> => {
  await readManifest(join(bundlesDir, id))
  const current = await currentBundle(bundlesDir)
  if (current === id) return
  // In this order a crash between the two leaves both at the bundle that serves.
  if (current !== undefined) await replaceFile(bundlesDir, 'previous', current)
  await replaceFile(bundlesDir, 'current', id)
}

/** Manifests of the bundles whose manifest can be read, oldest first. */
export const listBundles = async (bundlesDir: string): Promise<readonly Manifest[]> => {
  const entries = await readdir(bundlesDir, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  const folders = entries.filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
  const manifests = await Promise.all(
    folders.map(({ name }) =>
      readManifest(join(bundlesDir, name)).catch((error: unknown) => {
        if (error instanceof ExploreError) return undefined
        throw error
      }),
    ),
  )
  return manifests
    .filter(manifest => manifest !== undefined)
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
}
