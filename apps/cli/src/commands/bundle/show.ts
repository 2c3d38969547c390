import { type BundleEntry, bundleNamed, surveyBundles } from '@explore/embedded'
import { type CommonOptions, report } from '../../context.ts'
import { metricsTable } from '../../terminal/metrics-table.ts'
import { minute, table } from '../../terminal/table.ts'

/** One bundle: what it is, what training measured, its files, and what was decided about it. */
export const show = (name: string, options: CommonOptions): Promise<void> =>
  report(options, async home => bundleNamed(await surveyBundles(home), name), view)

const view = ({ id, role, signed, manifest, problem, decisions }: BundleEntry): string => {
  const title = `bundle ${id}${role === null ? '' : `, ${role}`}`
  if (manifest === null) return `${title}\n  broken: ${problem}`
  const { items, dimension, firstDimension, neighbours, seed, origin, files } = manifest
  const size = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0)
  return [
    title,
    `  made ${minute(manifest.createdAt)} of ${items} items, seed ${seed}`,
    `  towers of ${dimension} dimensions, first stage of ${firstDimension}, ${neighbours} similar items each`,
    ...(origin
      ? [`  made from ${origin.bundle}; models of others: ${origin.imported.join(', ')}`]
      : []),
    `  ${signed ? "signed by this home's key" : 'not signed: its metrics are nobody’s word'}`,
    '',
    metricsTable(manifest.metrics) || '  no metrics',
    '',
    table(
      ['file', '>bytes', 'sha256'],
      [
        ...Object.entries(files).map(([name, file]) => [
          name,
          String(file.bytes),
          `${file.sha256.slice(0, 16)}…`,
        ]),
        ['all', String(size), ''],
      ],
      '  ',
    ),
    '',
    ...(decisions.length === 0 ? ['  never promoted'] : []),
    ...decisions.flatMap(({ time, action, from, forced, failures }) => [
      `  ${minute(time)}  ${action}${forced ? ' by force' : ''}${from === null ? '' : `, ${from} served`}`,
      ...failures.map(failure => `    ✗ ${failure}`),
    ]),
  ].join('\n')
}
