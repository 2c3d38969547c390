import { attributeBuckets, Catalogue, type Millis } from '@explore/explore'
import { featuresAt, type RequestFeatures } from '@explore/learn'
import type { Home } from '../home.ts'
import { loadSettings } from '../settings-file.ts'
import { openStores } from '../stores.ts'
import { columnsOf, readFeatures } from './feature-log.ts'

/** The first number that training would see otherwise than serving did. */
export interface FeatureDifference {
  readonly requestId: string
  readonly user: string
  readonly time: Millis
  /** `candidates.dense[3]`, `viewer.historyItems[0]`. */
  readonly feature: string
  /** Id of the item, null for a feature of the viewer. */
  readonly item: string | null
  readonly served: number
  readonly recomputed: number
  /** Whether items or users were described anew since: that changes features of the past, for the trainer too. */
  readonly catalogueChanged: boolean
}

export interface SkewReport {
  readonly pages: number
  readonly candidates: number
  /** Pages with a feature that differs. */
  readonly differing: number
  readonly first: FeatureDifference | null
}

/** Compares the features that serving logged with those that the trainer makes of the log, bit by bit. */
export const checkSkew = async (home: Home): Promise<SkewReport> => {
  const pages = await readFeatures(home.features)
  const { log, profiles, close } = await openStores(home)
  try {
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const settings = loadSettings(home.settings, process.env)
    let [candidates, differing] = [0, 0]
    let first: FeatureDifference | null = null
    for await (const [page, recomputed] of featuresAt(log, pages, {
      catalogue,
      attributes: async id => attributeBuckets(await profiles.user(id)),
      limits: { seen: settings['state.seen'] },
    })) {
      candidates += page.items.length
      const difference = differenceOf(page, recomputed)
      if (difference === undefined) continue
      differing++
      const { row, ...found } = difference
      first ??= {
        ...{ requestId: page.requestId, user: page.user, time: page.now, ...found },
        item: row === undefined ? null : catalogue.id(page.items[row]!),
        catalogueChanged: page.catalogue !== catalogue.version,
      }
    }
    return { pages: pages.length, candidates, differing, first }
  } finally {
    await close()
  }
}

const differenceOf = (served: RequestFeatures, recomputed: RequestFeatures) => {
  for (const group of ['viewer', 'candidates'] as const) {
    const others = new Map(columnsOf(recomputed[group]))
    for (const [name, column] of columnsOf(served[group])) {
      const other = others.get(name)!
      const at = firstDifference(column, other)
      if (at < 0) continue
      const width = column.length / served[group].rows
      return {
        feature: `${group}.${name}[${at % width}]`,
        row: group === 'candidates' ? Math.floor(at / width) : undefined,
        ...{ served: column[at]!, recomputed: other[at]! },
      }
    }
  }
  return undefined
}

/** By their bits: 0 and −0 differ, NaN is NaN. */
const firstDifference = (a: Float32Array | Int32Array, b: Float32Array | Int32Array): number => {
  const [x, y] = [a, b].map(
    ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length),
  )
  return x!.findIndex((bits, i) => bits !== y![i])
}
