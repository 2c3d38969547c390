import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { ExploreError, NO_ITEM } from '@explore/explore'
import { packedRows, rowAt, rowTable, type RowTable } from '../dot/row-table.ts'
import { readInto } from './files.ts'
import * as names from './manifest.ts'
import { verifyBundle } from './verify-bundle.ts'

/** What of a bundle is as long as the catalogue, and wide; `index` is its graph, which whoever searches opens. */
export const TABLE_NAMES = ['vectors', 'firstItems', 'neighbours', 'index'] as const
export type TableName = (typeof TABLE_NAMES)[number]

/** A bundle's tables in memory that threads share; one that was not wanted has no rows. Plain data: send it to workers with `postMessage`. */
export interface SharedBundle {
  readonly dir: string
  readonly manifest: names.Manifest
  /** [N, dimension] */
  readonly vectors: RowTable
  /** [N, firstDimension] */
  readonly firstItems: RowTable
  /** [N, K] ordinals, best first, NO_ITEM = none. */
  readonly neighbourItems: Uint32Array
  /** [N, K] */
  readonly neighbourScores: Float32Array
  /** [N], where the bundle has them. */
  readonly contents: Uint32Array | undefined
}

/**
 * Reads a bundle's tables, all or some, once for all threads of the process; `verify` (default true) compares all of its
 * files with their checksums first, and with `key` the signature. Throws BUNDLE_MISSING, BUNDLE_BROKEN or
 * BUNDLE_SIGNATURE.
 */
export const shareBundle = async (
  dir: string,
  {
    verify = true,
    key,
    tables = TABLE_NAMES,
  }: {
    readonly verify?: boolean
    readonly key?: KeyObject
    readonly tables?: readonly TableName[]
  } = {},
): Promise<SharedBundle> => {
  const manifest = await (verify ? verifyBundle(dir, key) : names.readManifest(dir))
  const { items, neighbours: width } = manifest

  const words = async (name: string, length: number): Promise<SharedArrayBuffer> => {
    checkBytes(name, manifest, length * 4)
    const buffer = new SharedArrayBuffer(length * 4)
    await readInto(join(dir, name), new Uint8Array(buffer))
    return buffer
  }
  const table = async (wanted: TableName, name: string, columns: number): Promise<RowTable> => {
    if (!tables.includes(wanted)) return rowTable(0, columns)
    checkBytes(name, manifest, items * columns * 4)
    const rows = rowTable(items, columns)
    const packed = packedRows(rows)
    const values = packed ?? new Float32Array(items * columns)
    await readInto(
      join(dir, name),
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    )
    for (let id = 0; packed === undefined && id < items; id++) {
      rowAt(rows, id).set(values.subarray(id * columns, (id + 1) * columns))
    }
    return rows
  }

  const listed = tables.includes('neighbours') ? items * width : 0
  const list = (name: string): Promise<SharedArrayBuffer> | SharedArrayBuffer =>
    listed === 0 ? new SharedArrayBuffer(0) : words(name, listed)
  const neighbourItems = new Uint32Array(await list(names.NEIGHBOUR_ITEMS))
  if (neighbourItems.some(item => item >= items && item !== NO_ITEM)) {
    throw broken(names.NEIGHBOUR_ITEMS, `names an item that is not below ${items}`)
  }
  return {
    dir,
    manifest,
    vectors: await table('vectors', names.VECTORS, manifest.dimension),
    firstItems: await table('firstItems', names.FIRST_ITEMS, manifest.firstDimension),
    neighbourItems,
    neighbourScores: new Float32Array(await list(names.NEIGHBOUR_SCORES)),
    contents: Object.hasOwn(manifest.files, names.CONTENTS)
      ? new Uint32Array(await words(names.CONTENTS, items))
      : undefined,
  }
}

const checkBytes = (name: string, { files }: names.Manifest, expected: number): void => {
  const { bytes } = files[name]!
  if (bytes !== expected) {
    throw broken(name, `has ${bytes} bytes, the manifest's widths make it ${expected}`)
  }
}

const broken = (file: string, what: string): ExploreError =>
  new ExploreError('BUNDLE_BROKEN', `${file} ${what}`, { field: file })
