import { readFile } from 'node:fs/promises'
import { deriveBundle, signingKey } from '@explore/adapters'
import { Catalogue, ExploreError, MODEL_NAMES, type ModelName } from '@explore/explore'
import type { Home } from '../home.ts'
import type { Progress } from '../progress.ts'
import { openStores } from '../stores.ts'
import { bundleId } from './bundle-id.ts'
import { bundleNamed, surveyBundles } from './survey-bundles.ts'

export interface ImportedBundle {
  readonly bundle: string
  readonly from: string
  readonly imported: readonly string[]
}

/** Makes a bundle of one that there is and of models that others trained: `NAME=FILE` each. It does not serve yet. */
export const importModels = async (
  home: Home,
  {
    from,
    models,
    wall,
  }: { readonly from: string; readonly models: readonly string[]; readonly wall: () => number },
  progress: Progress,
): Promise<ImportedBundle> => {
  const files = models.map(parse)
  const entries = await surveyBundles(home)
  const base = bundleNamed(entries, from).id
  const bytes: Partial<Record<ModelName, Uint8Array>> = {}
  for (const { name, file } of files) {
    bytes[name] = await readFile(file).catch((cause: Error) => {
      throw new ExploreError('IMPORT_FILE', `${name}: ${cause.message}`, {
        field: name,
        hint: 'name an ONNX file',
        cause,
      })
    })
  }
  const { profiles, state, close } = await openStores(home)
  try {
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const createdAt = wall()
    const bundle = bundleId(createdAt)
    await deriveBundle(home.bundles, base, {
      ...{ id: bundle, createdAt, models: bytes, catalogue, now: wall },
      counters: items => state.counters(items),
      key: await signingKey(home.key),
      onProgress: (fraction, note) => progress('import', fraction, note),
    })
    progress('import', 1)
    return { bundle, from: base, imported: files.map(({ name }) => name) }
  } finally {
    await close()
  }
}

const parse = (option: string): { readonly name: ModelName; readonly file: string } => {
  const at = option.indexOf('=')
  const name = MODEL_NAMES.find(name => name === option.slice(0, at))
  if (name !== undefined && at < option.length - 1) return { name, file: option.slice(at + 1) }
  throw new ExploreError('USAGE', `${option} is no NAME=FILE of a model`, {
    hint: `names: ${MODEL_NAMES.join(', ')}`,
  })
}
