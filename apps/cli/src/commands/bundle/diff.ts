import { bundleNamed, diffBundles, surveyBundles, type BundleEntry } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { type CommonOptions, report } from '../../context.ts'
import { short, table } from '../../terminal/table.ts'

/** What two bundles do not have in common: facts, metrics, files. */
export const diff = (a: string, b: string, options: CommonOptions): Promise<void> =>
  report(
    options,
    async home => {
      const entries = await surveyBundles(home)
      const [left, right] = [a, b].map(name => manifestOf(bundleNamed(entries, name)))
      return diffBundles(left!, right!)
    },
    ({ a, b, facts, metrics, files }) => {
      if (facts.length + metrics.length + files.length === 0) return `${a} and ${b} are the same`
      const rows = metrics.map(row => [
        row.metric,
        short(row.a),
        short(row.b),
        row.a === null || row.b === null ? '' : signed(row.b - row.a),
      ])
      return [
        ...facts,
        ...(rows.length > 0 ? [table(['metric', `>${a}`, `>${b}`, '>change'], rows)] : []),
        files.length > 0 ? `files that differ: ${files.join(', ')}` : 'all files are the same',
      ].join('\n\n')
    },
  )

const manifestOf = ({ id, manifest, problem }: BundleEntry) => {
  if (manifest !== null) return manifest
  throw new ExploreError('BUNDLE_BROKEN', `${id}: ${problem}`, { field: id })
}

const signed = (change: number): string => (change > 0 ? '+' : '') + short(change)
