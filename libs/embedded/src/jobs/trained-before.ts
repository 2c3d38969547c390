import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { currentBundle, listBundles, modelFile, TRAINED } from '@explore/adapters'
import { ExploreError, MODEL_NAMES, type ModelName } from '@explore/explore'
import type { Home } from '../home.ts'

/** The id that `--from` names: a bundle's own, or that of the one that serves. Throws BUNDLE_MISSING. */
export const bundleNamed = async (home: Home, name: string): Promise<string> => {
  const id = name === 'current' ? await currentBundle(home.bundles) : name
  const known = (await listBundles(home.bundles)).some(bundle => bundle.id === id)
  if (id !== undefined && known) return id
  throw new ExploreError('BUNDLE_MISSING', `there is no bundle ${name} to go on from`, {
    field: 'from',
  })
}

/** A bundle's models and the time up to which they were trained. Throws BUNDLE_FOREIGN, BUNDLE_BROKEN. */
export const trainedBefore = async (
  home: Home,
  id: string,
  catalogueId: string,
): Promise<{ readonly models: Record<ModelName, Uint8Array>; readonly since: number }> => {
  const manifest = (await listBundles(home.bundles)).find(bundle => bundle.id === id)
  if (manifest?.catalogueId !== catalogueId) {
    throw new ExploreError('BUNDLE_FOREIGN', `bundle ${id} is of another catalogue`, {
      field: 'from',
    })
  }
  const since = manifest.metrics['trainedTo']
  if (typeof since !== 'number') {
    throw new ExploreError('BUNDLE_BROKEN', `bundle ${id} does not say how far it was trained`, {
      field: 'from',
      hint: 'train without --from',
    })
  }
  // The second stage that serves is arranged anew: what it was made of is beside it.
  const fileOf = (name: ModelName): string =>
    name === 'second-stage' && Object.hasOwn(manifest.files, TRAINED) ? TRAINED : modelFile(name)
  const files = MODEL_NAMES.map(
    async name => [name, await readFile(join(home.bundles, id, fileOf(name)))] as const,
  )
  return {
    models: Object.fromEntries<Uint8Array>(await Promise.all(files)) as Record<
      ModelName,
      Uint8Array
    >,
    since,
  }
}
