import { resolve } from 'node:path'
import { runJob } from '@explore/offline-jobs'
import { type CommonOptions, report } from '../context.ts'

export interface ExportOptions extends CommonOptions {
  readonly out: string
}

/** Writes what the models are trained on, so that they can be trained elsewhere. */
export const exportExamples = (options: ExportOptions): Promise<void> =>
  report(
    options,
    (home, progress) => runJob('export', home, { out: resolve(options.out) }, progress),
    ({ folder, requests, impressions, items }) =>
      [
        `${impressions} impressions of ${requests} requests, ${items} items in ${folder}`,
        'columns and model signatures: schema.json there; docs/bundles.md says how to bring a model back',
      ].join('\n'),
  )

/** Writes what was served and what came of it, from the Kafka in EXPLORE_EVENTS. */
export const exportImpressions = (options: ExportOptions): Promise<void> =>
  report(
    options,
    (home, progress) => runJob('export-impressions', home, { out: resolve(options.out) }, progress),
    ({ folder, pages, impressions, withFeatures, unreadable }) =>
      [
        `${impressions} items of ${pages} served pages, ${withFeatures} with features, in ${folder}`,
        ...(unreadable > 0 ? [`${unreadable} records hold no page`] : []),
        'columns: schema.json there; docs/events.md says what they mean',
      ].join('\n'),
  )
