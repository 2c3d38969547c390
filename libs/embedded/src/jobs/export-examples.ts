import { join } from 'node:path'
import { modelSpecs, type ParquetColumn, parquetFile } from '@explore/adapters'
import {
  attributeBuckets,
  AUTHOR_BUCKETS,
  Catalogue,
  DURATION_BUCKETS,
  ExploreError,
  FEATURES_VERSION,
  fillItem,
  HISTORY_KINDS,
  ITEM_ATTRIBUTE_BUCKETS,
  itemFeatures,
  MODEL_NAMES,
  SURFACE_BUCKETS,
  TOPIC_BUCKETS,
  USER_ATTRIBUTE_BUCKETS,
  AGE_BUCKETS,
} from '@explore/explore'
import { LABELS, logBatches, streamExamples } from '@explore/learn'
import { columnsOf } from '../features/feature-log.ts'
import type { Home } from '../home.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { openStores } from '../stores.ts'
import { exploreErrorOf } from '../system-error.ts'
import { candidateColumns, itemColumns, viewerColumns } from './example-columns.ts'
import { finishExport, prepareExport } from './export-folder.ts'

export interface ExportReport {
  readonly folder: string
  readonly requests: number
  readonly impressions: number
  readonly items: number
}

/**
 * Writes the ranking examples of the whole log as Parquet: requests with their viewers, impressions with labels, items
 * with their content, and what the columns mean and the models must look like. The log is streamed: memory does not
 * grow with it. Throws TRAIN_DATA for a home without events, FIELD_INVALID for a folder in use, DISK_FULL.
 */
export const exportExamples = async (
  home: Home,
  { out, signal }: { readonly out: string; readonly signal?: AbortSignal },
  progress: Progress,
): Promise<ExportReport> => {
  const stores = await openStores(home)
  try {
    const { log, profiles } = stores
    const end = await log.end()
    if (end === 0) throw new ExploreError('TRAIN_DATA', 'the log has no events yet')
    prepareExport(out)
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const settings = loadSettings(home.settings, process.env)
    let read = 0
    const events = async function* () {
      for await (const batch of logBatches(log)) {
        signal?.throwIfAborted()
        yield batch
        read += batch.length
        progress('export', read / end, `${read} events`)
      }
    }
    const files = {
      requests: await parquetFile(join(out, 'requests.parquet'), REQUESTS),
      impressions: await parquetFile(join(out, 'impressions.parquet'), IMPRESSIONS),
      items: await parquetFile(join(out, 'items.parquet'), ITEMS),
    }
    for await (const { user, requestId, now, viewer, rows } of streamExamples({
      events: events(),
      catalogue,
      attributes: async id => attributeBuckets(await profiles.user(id)),
      limits: { seen: settings['state.seen'] },
    })) {
      const request = files.requests.rows()
      files.requests.add([user, requestId ?? '', new Date(now), ...valuesOf(viewer)])
      for (const { item, time, labels, dense, cross } of rows) {
        const reactions = Array.from(labels, label => label === 1)
        files.impressions.add([request, item, new Date(time), ...reactions, dense, cross])
      }
    }
    const row = itemFeatures(1)
    for (let item = 0; item < catalogue.size; item++) {
      fillItem(row, 0, item, catalogue)
      files.items.add([catalogue.id(item), catalogue.servable(item), ...valuesOf(row)])
    }
    for (const file of Object.values(files)) file.finish()
    finishExport(out, schemaOf(catalogue, profiles.catalogueId))
    return {
      folder: out,
      requests: files.requests.rows(),
      impressions: files.impressions.rows(),
      items: files.items.rows(),
    }
  } catch (error) {
    throw error instanceof ExploreError || signal?.aborted ? error : exploreErrorOf(error)
  } finally {
    await stores.close()
  }
}

const REQUESTS: readonly ParquetColumn[] = [
  { name: 'user', type: 'STRING' },
  { name: 'requestId', type: 'STRING' },
  { name: 'time', type: 'TIMESTAMP' },
  ...viewerColumns,
]

const IMPRESSIONS: readonly ParquetColumn[] = [
  { name: 'request', type: 'INT32' },
  { name: 'item', type: 'INT32' },
  { name: 'time', type: 'TIMESTAMP' },
  ...LABELS.map((name): ParquetColumn => ({ name, type: 'BOOLEAN' })),
  ...candidateColumns,
]

const ITEMS: readonly ParquetColumn[] = [
  { name: 'id', type: 'STRING' },
  { name: 'servable', type: 'BOOLEAN' },
  ...itemColumns,
]

/** A single row's columns, as Parquet takes them. */
const valuesOf = (features: Parameters<typeof columnsOf>[0]) =>
  columnsOf(features).map(([, column]) => (column.length === 1 ? column[0]! : column))

/** All that a trainer elsewhere must know. */
const schemaOf = (catalogue: Catalogue, catalogueId: string) => ({
  featuresVersion: FEATURES_VERSION,
  catalogueId,
  items: catalogue.size,
  heads: LABELS,
  files: {
    'requests.parquet': { rows: 'one per request, by time', columns: REQUESTS },
    'impressions.parquet': {
      rows: 'one per impression; `request` is a row of requests.parquet, `item` one of items.parquet',
      columns: IMPRESSIONS,
    },
    'items.parquet': { rows: 'one per item, by ordinal', columns: ITEMS },
  },
  /** Values are below these; ids of items are ordinal + 1, 0 is none, and `items` + 1 rows hold them all. */
  vocabularies: {
    'viewer.historyItems': catalogue.size + 1,
    'viewer.historyAuthors': AUTHOR_BUCKETS,
    'viewer.historyTopics': TOPIC_BUCKETS,
    'viewer.historyKinds': HISTORY_KINDS.length,
    'viewer.historyAges': AGE_BUCKETS,
    'viewer.attributes': USER_ATTRIBUTE_BUCKETS,
    'viewer.surface': SURFACE_BUCKETS,
    'viewer.hour': 24,
    'item.items': catalogue.size + 1,
    'item.authors': AUTHOR_BUCKETS,
    'item.topics': TOPIC_BUCKETS,
    'item.attributes': ITEM_ATTRIBUTE_BUCKETS,
    'item.durations': DURATION_BUCKETS,
  },
  /** What an ONNX model may read and must give; the dimension of towers is yours to choose. */
  models: Object.fromEntries(
    MODEL_NAMES.map(name => {
      const { inputs, outputs } = modelSpecs(NaN, NaN)[name]
      return [name, { inputs, outputs }]
    }),
  ),
})
