import { join } from 'node:path'
import {
  kafkaEventLog,
  type KafkaLink,
  openKafka,
  type ParquetColumn,
  type ParquetFile,
  parquetFile,
  partitionsOf,
  servedPages,
  TOPICS,
} from '@explore/adapters'
import {
  ExploreError,
  FEATURES_VERSION,
  forgottenIn,
  type ServedPage,
  viewerFeatures,
} from '@explore/explore'
import { LABELS, logBatches } from '@explore/learn'
import { columnsOf } from '../features/feature-log.ts'
import type { Home } from '../home.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { addressesOf, HOME } from '../stores.ts'
import { exploreErrorOf } from '../system-error.ts'
import { candidateColumns, viewerColumns } from './example-columns.ts'
import { finishExport, prepareExport } from './export-folder.ts'
import { type Outcomes, outcomesOf } from './outcomes.ts'

export interface ImpressionsReport {
  readonly folder: string
  readonly pages: number
  readonly impressions: number
  /** Pages with the features that ranked them. */
  readonly withFeatures: number
  /** Records of the topic that hold no page. */
  readonly unreadable: number
}

/**
 * Writes what was served, from the topic of impressions, with what viewers did with it, from the topic of events, as
 * Parquet. Memory is that of one partition's reactions. Throws USAGE without a Kafka, FIELD_INVALID for a folder in use.
 */
export const exportImpressions = async (
  home: Home,
  { out, signal }: { readonly out: string; readonly signal?: AbortSignal },
  progress: Progress,
): Promise<ImpressionsReport> => {
  const { events: address } = addressesOf(process.env)
  if (address === HOME) {
    const hint = 'EXPLORE_EVENTS=kafka://broker:9092, as the gateway has it'
    throw new ExploreError('USAGE', 'served pages are recorded on a Kafka', { hint })
  }
  const link = await openKafka(address, { clientId: 'explore-export' })
  try {
    const settings = loadSettings(home.settings, process.env)
    const log = await kafkaEventLog(link, { settings: () => settings, now: Date.now })
    await alike(link, log.partitions)
    prepareExport(out)
    const files = {
      impressions: await parquetFile(join(out, 'impressions.parquet'), IMPRESSIONS),
      viewers: await parquetFile(join(out, 'viewers.parquet'), VIEWERS),
      pairs: await parquetFile(join(out, 'pairs.parquet'), PAIRS),
    }
    let [pages, unreadable] = [0, 0]
    for (let partition = 0; partition < log.partitions; partition++) {
      progress('export', partition / log.partitions, `${pages} pages`)
      const forgotten = await forgottenIn(log, partition, await log.end(partition))
      const outcomes = await outcomesOf(logBatches(log, { partition }), signal)
      const written = new Set<string>()
      for await (const page of servedPages(link, partition, () => unreadable++)) {
        signal?.throwIfAborted()
        // Sent again, it is there twice.
        if (written.has(page.requestId)) continue
        if (page.time <= (forgotten.get(page.userId)?.time ?? -Infinity)) continue
        written.add(page.requestId)
        pages++
        addPage(files.impressions, page, outcomes)
        addFeatures(files, page)
      }
    }
    for (const file of Object.values(files)) file.finish()
    finishExport(out, {
      featuresVersion: FEATURES_VERSION,
      heads: LABELS,
      files: {
        'impressions.parquet': {
          rows: 'one per item of a served page; score and propensity are NaN where there is none',
          columns: IMPRESSIONS,
        },
        'viewers.parquet': { rows: 'one per page with features', columns: VIEWERS },
        'pairs.parquet': {
          rows: 'one per item that had been ranked of such a page',
          columns: PAIRS,
        },
      },
    })
    return {
      ...{ folder: out, pages, unreadable },
      impressions: files.impressions.rows(),
      withFeatures: files.viewers.rows(),
    }
  } catch (error) {
    throw error instanceof ExploreError || signal?.aborted ? error : exploreErrorOf(error)
  } finally {
    await link.close()
  }
}

/** A user's pages and events are in partitions of one number only where both topics have as many. */
const alike = async (link: KafkaLink, partitions: number): Promise<void> => {
  const topic = link.topic(TOPICS.impressions.name)
  const count = await partitionsOf(link, topic)
  if (count === partitions) return
  const message = `${topic} has ${count} partitions, the events have ${partitions}`
  throw new ExploreError('LOG_TOPIC', message)
}

const IMPRESSIONS: readonly ParquetColumn[] = [
  { name: 'requestId', type: 'STRING' },
  { name: 'user', type: 'STRING' },
  { name: 'item', type: 'STRING' },
  { name: 'time', type: 'TIMESTAMP' },
  { name: 'position', type: 'INT32' },
  { name: 'score', type: 'FLOAT' },
  { name: 'propensity', type: 'FLOAT' },
  { name: 'sources', type: 'STRING' },
  { name: 'surface', type: 'STRING' },
  { name: 'group', type: 'STRING' },
  { name: 'origin', type: 'STRING' },
  { name: 'bundle', type: 'STRING' },
  { name: 'seen', type: 'BOOLEAN' },
  ...LABELS.map((name): ParquetColumn => ({ name, type: 'BOOLEAN' })),
]

const VIEWERS: readonly ParquetColumn[] = [
  { name: 'requestId', type: 'STRING' },
  { name: 'featuresVersion', type: 'INT32' },
  { name: 'catalogueId', type: 'STRING' },
  ...viewerColumns,
]

const PAIRS: readonly ParquetColumn[] = [
  { name: 'requestId', type: 'STRING' },
  { name: 'item', type: 'STRING' },
  ...candidateColumns,
]

const addPage = (file: ParquetFile, page: ServedPage, outcomes: Outcomes): void => {
  const { requestId, userId, time, surface = '', group, origin, bundle = '', items } = page
  for (const { itemId, position, score = NaN, propensity = NaN, sources } of items) {
    const { seen, labels } = outcomes(requestId, itemId)
    file.add([
      ...[requestId, userId, itemId, new Date(time), position, score, propensity],
      ...[sources.join('+'), surface, group, origin, bundle, seen, ...labels],
    ])
  }
}

const VIEWER_COLUMNS = columnsOf(viewerFeatures(1))

/** Features of another version have other columns, and are left out. */
const addFeatures = (
  files: { readonly viewers: ParquetFile; readonly pairs: ParquetFile },
  { requestId, features }: ServedPage,
): void => {
  if (features?.version !== FEATURES_VERSION) return
  const columns = VIEWER_COLUMNS.map(([name, { length }]) => {
    const { values } = features.viewer[name] ?? { values: [] }
    return length === 1 ? values[0]! : values
  })
  files.viewers.add([requestId, features.version, features.catalogueId, ...columns])
  for (const { itemId, dense, cross } of features.pairs) {
    files.pairs.add([requestId, itemId, dense, cross])
  }
}
