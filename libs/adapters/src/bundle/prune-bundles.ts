import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { listBundles, pointers } from './pointers.ts'

export interface Pruned {
  readonly kept: readonly string[]
  readonly removed: readonly string[]
}

/**
 * Removes all but the `keep` newest bundles, never the one that serves nor the previous one, and what a crash left
 * half written. With `dry` it only says what it would do.
 */
export const pruneBundles = async (
  bundlesDir: string,
  { keep, dry = false }: { readonly keep: number; readonly dry?: boolean },
): Promise<Pruned> => {
  const { current, previous } = await pointers(bundlesDir)
  const ids = (await listBundles(bundlesDir)).map(({ id }) => id)
  const newest = new Set(ids.slice(Math.max(0, ids.length - keep)))
  const held = (id: string): boolean => newest.has(id) || id === current || id === previous
  const removed = ids.filter(id => !held(id))
  if (!dry) {
    for (const id of removed) {
      // Out of sight at once: a bundle is whole or not there.
      const trash = join(bundlesDir, `.${id}.trash`)
      await rename(join(bundlesDir, id), trash)
      await rm(trash, { recursive: true, force: true })
    }
    for (const name of await readdir(bundlesDir).catch(() => [])) {
      if (name.startsWith('.') && name.endsWith('.trash')) {
        await rm(join(bundlesDir, name), { recursive: true, force: true })
      }
    }
  }
  return { kept: ids.filter(held), removed }
}
