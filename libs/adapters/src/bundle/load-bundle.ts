import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import {
  type Bundle,
  type Catalogue,
  ExploreError,
  MODEL_NAMES,
  type ModelName,
  type Retriever,
} from '@explore/explore'
import type { DotRows } from '../dot/dot-rows.ts'
import { rowTable } from '../dot/row-table.ts'
import { tieredRows } from '../dot/tiered-rows.ts'
import { onnxModel, type OnnxModel } from '../onnx/onnx-model.ts'
import { exactIndex } from '../vectors/exact-index.ts'
import { hnswIndex } from '../vectors/hnsw-index.ts'
import { hnswAvailable } from '../vectors/hnsw-library.ts'
import { inShard, ofShard, rowsOf, type Shard, shardIndex, WHOLE } from '../vectors/shard-index.ts'
import { tieredIndex } from '../vectors/tiered-index.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'
import { firstStage } from './first-stage.ts'
import { freshener, type World } from './freshener.ts'
import { indexFile, modelFile } from './manifest.ts'
import { modelSpecs } from './model-specs.ts'
import { retriever } from './retriever.ts'
import { secondStage } from './second-stage.ts'
import { shareBundle, type SharedBundle, TABLE_NAMES, type TableName } from './share-bundle.ts'

export interface LoadOptions extends World {
  /** Of the profile store that `catalogue` replicates. */
  readonly catalogueId: string
  /** Whether to compare checksums where the bundle is read here. Default true. */
  readonly verify?: boolean
  /** Of the home that signed it; without one a signature is not looked at. */
  readonly key?: KeyObject
  /** Candidates that an HNSW search keeps at least. */
  readonly ef?: number
  /** The models to open, all by default; what needs another one rejects with BUNDLE_MISSING. */
  readonly models?: readonly ModelName[]
  /** The tables to read where the bundle is read here, all by default; of another one there are no rows. */
  readonly tables?: readonly TableName[]
  /** The part of the index to search: by the bundle's graph of just that part where it has one, exactly else. */
  readonly shard?: Shard
  /** Searches the index elsewhere: none is opened here. */
  readonly search?: Retriever['search']
}

/**
 * Opens a bundle for one thread: from its folder, or from what another thread of the process shared.
 * On return it covers the whole catalogue as it is now, and every model has run once.
 * Throws BUNDLE_MISSING, BUNDLE_BROKEN, BUNDLE_SIGNATURE, BUNDLE_FOREIGN, MODEL_SIGNATURE.
 */
export const loadBundle = async (
  source: string | SharedBundle,
  options: LoadOptions,
): Promise<Bundle> => {
  const shared = typeof source === 'string' ? await shareBundle(source, options) : source
  const { dir, manifest, contents } = shared
  const { id, items, dimension, firstDimension } = manifest
  checkOrigin(shared, options)
  const models = await openModels(dir, modelSpecs(dimension, firstDimension), options.models)
  const close = async (): Promise<void> => {
    for (const model of Object.values(models)) await model.release()
  }
  try {
    const { shard } = options
    // A part of the index has its own rows, or its graph has: those of all others need not stay.
    const parted = shard !== undefined && shard.of > 1
    const vectors = tieredRows(parted ? rowTable(0, dimension) : shared.vectors)
    const firstItems = tieredRows(shared.firstItems)
    const index = tieredIndex(await baseOf(shared, options, vectors.base), vectors)
    const tower = (name: ModelName): OnnxModel | undefined =>
      options.models?.includes(name) === false ? undefined : models[name]
    const towers = { retrievalTower: tower('retrieval-item'), firstTower: tower('first-item') }
    const parts = { items, contents, index, vectors, firstItems, ...towers }
    const fresh = freshener(parts, options)
    const refresh = (changed: Iterable<number>): Promise<void> =>
      fresh(shard === undefined ? changed : own(changed, shard))
    await refresh(changedSince(shared, options.catalogue))
    return {
      id,
      items,
      retriever: retriever(shared, models['retrieval-user'], index, vectors, options.search),
      firstStage: firstStage(models['first-user'], items, firstItems),
      secondStage: secondStage(models['second-stage'], items),
      refresh,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const checkOrigin = ({ manifest }: SharedBundle, options: LoadOptions): void => {
  const { catalogue, catalogueId } = options
  if (manifest.catalogueId === catalogueId && manifest.items <= catalogue.size) return
  const origin = `bundle ${manifest.id} is of ${manifest.items} items of catalogue ${manifest.catalogueId}`
  throw new ExploreError(
    'BUNDLE_FOREIGN',
    `${origin}, this is catalogue ${catalogueId} of ${catalogue.size} items`,
    { field: 'catalogueId' },
  )
}

const openModels = async (
  dir: string,
  specs: ReturnType<typeof modelSpecs>,
  wanted: readonly ModelName[] = MODEL_NAMES,
): Promise<Readonly<Record<ModelName, OnnxModel>>> => {
  const models: Partial<Record<ModelName, OnnxModel>> = {}
  try {
    for (const name of MODEL_NAMES) {
      const file = modelFile(name)
      if (!wanted.includes(name)) models[name] = notOpened(name)
      else models[name] = await onnxModel(join(dir, file), file, specs[name])
    }
  } catch (error) {
    for (const model of Object.values(models)) await model.release()
    throw error
  }
  return models as Record<ModelName, OnnxModel>
}

/** Stands where a model would that this process has no use for. */
const notOpened = (name: ModelName): OnnxModel => ({
  inputs: [],
  run: () => Promise.reject(new ExploreError('BUNDLE_MISSING', `${name} is not opened here`)),
  release: () => Promise.resolve(),
})

/** What the index is below its fresh tier. */
const baseOf = async (
  shared: SharedBundle,
  options: LoadOptions,
  rows: DotRows,
): Promise<VectorIndex> => {
  const { shard = WHOLE, search, tables = TABLE_NAMES } = options
  const searched = search === undefined && tables.includes('index')
  const graph = searched ? await graphOf(shared, options, shard) : undefined
  if (graph !== undefined) return ofShard(graph, shard)
  return shard.of > 1 ? shardIndex(shared.vectors, shard) : exactIndex(rows)
}

const own = function* (items: Iterable<number>, shard: Shard): Iterable<number> {
  for (const item of items) if (inShard(item, shard)) yield item
}

/** The bundle's graph of a shard's rows, undefined where it has none or hnswlib-node is not installed here. */
const graphOf = async (
  { dir, manifest: { files, dimension, items } }: SharedBundle,
  { ef }: LoadOptions,
  shard: Shard,
): Promise<VectorIndex | undefined> => {
  const field = indexFile(shard)
  if (!Object.hasOwn(files, field) || !hnswAvailable().available) return undefined
  const fail = (what: string, cause?: unknown): never => {
    throw new ExploreError('BUNDLE_BROKEN', `${field} ${what}`, { field, cause })
  }
  const graph = await hnswIndex(join(dir, field), { dimension, ef }).catch((cause: Error) =>
    fail(`cannot be read: ${cause.message}`, cause),
  )
  const rows = rowsOf(items, shard)
  return graph.size === rows ? graph : fail(`holds ${graph.size} of ${rows} items`)
}

/** Ordinals that the tables may not speak for. Without hashes changes of old items stay unknown. */
const changedSince = function* (
  { manifest: { items }, contents }: SharedBundle,
  catalogue: Catalogue,
): Iterable<number> {
  for (let item = 0; item < catalogue.size; item++) {
    if (contents !== undefined || item >= items || !catalogue.servable(item)) yield item
  }
}
