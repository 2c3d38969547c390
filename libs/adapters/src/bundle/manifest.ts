import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ExploreError, FEATURES_VERSION, MODEL_NAMES } from '@explore/explore'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Shard } from '../vectors/shard-index.ts'

export const BUNDLE_FORMAT = 1

export const MANIFEST = 'manifest.json'
export const VECTORS = 'vectors.f32'
export const FIRST_ITEMS = 'first-items.f32'
export const NEIGHBOUR_ITEMS = 'neighbours.u32'
export const NEIGHBOUR_SCORES = 'neighbours.f32'
/** [N] content hashes of the items as trained on: later changes show against them. Optional. */
export const CONTENTS = 'contents.u32'
/** Optional: the second stage before it was arranged to serve; a warm start goes on from it. */
export const TRAINED = 'second-stage-trained.onnx'
/** Optional: without it search is exact. Graphs of the shards of an index stand beside one another, or the one of all of it. */
const INDEX = 'index.hnsw'

export const indexFile = ({ part, of }: Shard): string =>
  of === 1 ? INDEX : `index-${part}-of-${of}.hnsw`

export const modelFile = (name: (typeof MODEL_NAMES)[number]): string => `${name}.onnx`

const REQUIRED = [
  ...MODEL_NAMES.map(modelFile),
  VECTORS,
  FIRST_ITEMS,
  NEIGHBOUR_ITEMS,
  NEIGHBOUR_SCORES,
]

const count = Type.Integer({ minimum: 1 })

const schema = Type.Object({
  format: Type.Literal(BUNDLE_FORMAT),
  id: Type.String(),
  /** Milliseconds since the epoch. */
  createdAt: Type.Number(),
  /** Ordinals mean something in this catalogue only. */
  catalogueId: Type.String(),
  /** N, the catalogue's size at training. */
  items: count,
  featuresVersion: Type.Integer(),
  dimension: count,
  firstDimension: count,
  /** K, the width of the lists of neighbours. */
  neighbours: count,
  seed: Type.Number(),
  metrics: Type.Record(Type.String(), Type.Unknown()),
  /** Where its parts come from: the bundle that it was made of, and models that others trained. */
  origin: Type.Optional(
    Type.Object({ bundle: Type.String(), imported: Type.Array(Type.String()) }),
  ),
  files: Type.Record(
    Type.String({ pattern: '^[a-z0-9-]+\\.[a-z0-9]+$' }),
    Type.Object({
      bytes: Type.Integer({ minimum: 0 }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
    { additionalProperties: false },
  ),
})

export type Manifest = Static<typeof schema>

/** In how many shards its index is served, as far as the names of its graphs tell. */
export const graphShards = ({ files }: Manifest): number => {
  const names = Object.keys(files).map(name => /^index-0-of-(\d+)\.hnsw$/.exec(name)?.[1])
  return Number(names.find(of => of !== undefined) ?? 1)
}

/**
 * Reads a bundle's manifest. Throws BUNDLE_MISSING where there is no bundle, BUNDLE_BROKEN where the
 * manifest is not one, is of another format or feature schema, or leaves a file out.
 */
export const readManifest = async (dir: string): Promise<Manifest> => {
  const text = await readFile(join(dir, MANIFEST), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    throw new ExploreError('BUNDLE_MISSING', `there is no bundle at ${dir}`, { cause })
  })
  const manifest = parse(text)
  const { format, featuresVersion } = manifest as Partial<Manifest>
  if (Number.isInteger(format) && format !== BUNDLE_FORMAT) {
    throw broken(`has format ${format}, this version reads ${BUNDLE_FORMAT}`, NEWER)
  }
  const error = Value.Errors(schema, manifest).First()
  if (error !== undefined) throw broken(`${error.path.slice(1) || 'document'}: ${error.message}`)
  if (featuresVersion !== FEATURES_VERSION) {
    const is = `was trained on feature schema ${featuresVersion}`
    throw broken(`${is}, this version computes ${FEATURES_VERSION}`, 'train again')
  }
  const { files } = manifest as Manifest
  const absent = REQUIRED.find(name => !Object.hasOwn(files, name))
  if (absent !== undefined) throw broken(`does not list ${absent}`)
  return manifest as Manifest
}

const NEWER = 'it was written by another version: use that one, or train again'

const broken = (what: string, hint?: string): ExploreError =>
  new ExploreError('BUNDLE_BROKEN', `${MANIFEST} ${what}`, { field: MANIFEST, hint })

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ExploreError('BUNDLE_BROKEN', `${MANIFEST} is not JSON`, { field: MANIFEST, cause })
  }
}
