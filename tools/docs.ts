import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ERRORS, SETTINGS } from '@explore/explore'
import { planFleet, planValues, PRESETS, readCosts } from '@explore/fleet/plan'
import { METRICS } from '@explore/observe'
import { apiReference } from '@explore/rest'
import { format, resolveConfig } from 'prettier'
import { ALERTS } from './observe/alerts.ts'
import { dashboard } from './observe/dashboard.ts'
import { ruleFile, ruleTests, runbook } from './observe/rule-files.ts'
import { brokenLinks } from './reference/broken-links.ts'
import { errorsReference } from './reference/errors-reference.ts'
import { metricsReference } from './reference/metrics-reference.ts'
import { settingsReference } from './reference/settings-reference.ts'
import { valuesReference } from './reference/values-reference.ts'

interface Page {
  readonly file: string
  readonly render: () => string | Promise<string>
}

const root = join(import.meta.dirname, '..')
const textOf = (file: string): Promise<string> => readFile(join(root, file), 'utf8')

/** Pages that are made from the code: `npm run docs` writes them, `npm run check` compares them. */
const PAGES: readonly Page[] = [
  { file: 'docs/settings.md', render: () => settingsReference(SETTINGS) },
  { file: 'docs/errors.md', render: () => errorsReference(ERRORS) },
  { file: 'docs/metrics.md', render: () => metricsReference(METRICS) },
  { file: 'docs/api.md', render: apiReference },
  { file: 'docs/runbook.md', render: () => runbook(ALERTS) },
  { file: 'deploy/observe/alerts.yaml', render: () => ruleFile(ALERTS) },
  { file: 'deploy/observe/alerts.test.yaml', render: () => ruleTests(ALERTS) },
  { file: 'deploy/observe/dashboards/explore.json', render: () => dashboard(METRICS) },
  // Helm reads nothing outside of its chart.
  { file: 'deploy/chart/files/alerts.yaml', render: () => ruleFile(ALERTS) },
  { file: 'deploy/chart/files/dashboards/explore.json', render: () => dashboard(METRICS) },
  ...Object.entries(PRESETS).map(([size, wish]) => ({
    file: `deploy/chart/values-${size}.yaml`,
    render: () => planValues(planFleet(wish, readCosts())),
  })),
  {
    file: 'deploy/chart/README.md',
    render: async () =>
      valuesReference(
        await textOf('deploy/chart/values.schema.json'),
        await textOf('deploy/chart/values.yaml'),
      ),
  },
]

const checking = process.argv.includes('--check')
const faults: string[] = []
for (const { file, render } of PAGES) {
  const path = join(root, file)
  const config = await resolveConfig(path)
  const text = await format(await render(), { ...config, filepath: path })
  if (!checking) await writeFile(path, text)
  else if ((await readFile(path, 'utf8').catch(() => '')) !== text)
    faults.push(`${file} is not current: npm run docs`)
}
for (const link of brokenLinks(root)) faults.push(`${link} leads nowhere`)
for (const fault of faults) console.error(`explore: ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1
