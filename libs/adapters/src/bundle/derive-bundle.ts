import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Artifacts, ExploreError, MODEL_NAMES, type ModelName } from '@explore/explore'
import { packedRows, rowAt, type RowTable } from '../dot/row-table.ts'
import { outputWidth } from '../onnx/output-width.ts'
import { embedItems } from './embed-items.ts'
import type { World } from './freshener.ts'
import { graphShards, modelFile, TRAINED } from './manifest.ts'
import { modelSpecs } from './model-specs.ts'
import { probeModel } from './probe-model.ts'
import { shareBundle } from './share-bundle.ts'
import { writeBundle } from './write-bundle.ts'

export interface DeriveOptions extends World {
  /** Of the new bundle. */
  readonly id: string
  readonly createdAt: number
  /** ONNX bytes that take the place of the base's; none: a copy of another name. */
  readonly models: Partial<Readonly<Record<ModelName, Uint8Array>>>
  readonly key?: KeyObject
  readonly onProgress?: (fraction: number, note: string) => void
}

/** Models that only fit each other. */
const PAIRS = [
  ['retrieval-user', 'retrieval-item'],
  ['first-user', 'first-item'],
] as const

/** The part of the metrics that a model's place makes void. */
const MEASURED: Readonly<Record<ModelName, string>> = {
  'retrieval-user': 'retrieval',
  'retrieval-item': 'retrieval',
  'first-user': 'firstStage',
  'first-item': 'firstStage',
  'second-stage': 'secondStage',
}

/**
 * Writes a bundle that is `base` but for some models, whose tables it computes anew; lists of similar items stay.
 * Returns its folder. Throws USAGE where half a pair is given, MODEL_SIGNATURE or MODEL_OUTPUT where a model does not
 * fit, and what reading the base and writing throw.
 */
export const deriveBundle = async (
  bundlesDir: string,
  base: string,
  options: DeriveOptions,
): Promise<string> => {
  const { models, key, catalogue } = options
  const given = MODEL_NAMES.filter(name => models[name] !== undefined)
  for (const pair of PAIRS) {
    const [one, other] = [pair.find(name => models[name]), pair.find(name => !models[name])]
    if (one === undefined || other === undefined) continue
    throw new ExploreError('USAGE', `${one} is given without ${other}: they only fit each other`, {
      field: other,
      hint: `give both: --model ${one}=FILE --model ${other}=FILE`,
    })
  }
  const dir = join(bundlesDir, base)
  const shared = await shareBundle(dir, { ...(key && { key }) })
  const { manifest } = shared
  const { items } = manifest
  const dimension = await widthOf(models['retrieval-item'], 'retrieval-item', manifest.dimension)
  const firstDimension = await widthOf(models['first-item'], 'first-item', manifest.firstDimension)
  const specs = modelSpecs(dimension, firstDimension)
  for (const [i, name] of given.entries()) {
    options.onProgress?.(i / given.length, name)
    await probeModel(name, models[name]!, specs[name], { items, catalogue, now: options.now })
  }
  const table = async (name: 'retrieval-item' | 'first-item', old: RowTable) =>
    models[name] === undefined
      ? rowsOf(old, items)
      : embedItems(name, models[name], specs[name], items, options)

  const metrics = Object.fromEntries(
    Object.entries(manifest.metrics).filter(
      ([part]) => !given.some(name => MEASURED[name] === part),
    ),
  )
  const artifacts: Artifacts = {
    models: Object.fromEntries(
      await Promise.all(
        MODEL_NAMES.map(async name => [
          name,
          models[name] ?? (await readFile(join(dir, modelFile(name)))),
        ]),
      ),
    ) as Artifacts['models'],
    ...(models['second-stage'] === undefined &&
      Object.hasOwn(manifest.files, TRAINED) && { trained: await readFile(join(dir, TRAINED)) }),
    vectors: await table('retrieval-item', shared.vectors),
    firstItems: await table('first-item', shared.firstItems),
    ...{ dimension, firstDimension, metrics },
    neighbours: {
      items: shared.neighbourItems,
      scores: shared.neighbourScores,
      width: manifest.neighbours,
    },
  }
  return writeBundle(bundlesDir, artifacts, {
    id: options.id,
    createdAt: options.createdAt,
    catalogueId: manifest.catalogueId,
    ...{ items, catalogue, seed: manifest.seed },
    origin: { bundle: base, imported: given },
    shards: graphShards(manifest),
    ...(key && { key }),
  })
}

const widthOf = async (
  model: Uint8Array | undefined,
  name: ModelName,
  known: number,
): Promise<number> =>
  model === undefined ? known : outputWidth(model, modelFile(name), 'embedding')

/** A shared table as the rows that it was read from. */
const rowsOf = (table: RowTable, items: number): Float32Array => {
  const packed = packedRows(table)
  if (packed !== undefined) return packed
  const width = rowAt(table, 0).length
  const rows = new Float32Array(items * width)
  for (let item = 0; item < items; item++) rows.set(rowAt(table, item), item * width)
  return rows
}
