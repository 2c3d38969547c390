import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Metric, METRICS } from '@explore/observe'
import { expect, it } from 'vitest'
import { ALERTS } from './alerts.ts'
import { dashboard } from './dashboard.ts'
import { runbookOf } from './rule-files.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'deploy/observe')
const promtool = spawnSync('promtool', ['--version']).status === 0
const catalogue: Readonly<Record<string, Metric>> = METRICS
/** What Prometheus itself adds. */
const ADDED = ['job', 'instance', 'le']

/** The metrics that an expression names, with the labels that it uses of any. */
const namesIn = (expr: string) => {
  const metrics = [...expr.matchAll(/\bexplore_\w+/g)].map(([name]) =>
    name in catalogue ? name : name.replace(/_(bucket|count|sum)$/, ''),
  )
  const selected = [...expr.matchAll(/(\w+)\s*(?:=~|!=|!~|=)\s*"/g)].map(([, label]) => label!)
  const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels]) => labels!.split(', '))
  return { metrics, labels: [...selected, ...grouped] }
}

const panels = (
  JSON.parse(dashboard(METRICS)) as {
    panels: { targets: { expr: string }[] }[]
  }
).panels

it('uses metrics and labels of the catalogue only', () => {
  const exprs = [
    ...ALERTS.map(({ expr }) => expr),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ]
  for (const expr of exprs) {
    const { metrics, labels } = namesIn(expr)
    const known = metrics.flatMap(name => {
      expect(Object.keys(catalogue), expr).toContain(name)
      return catalogue[name]!.labels
    })
    for (const label of labels) expect([...known, ...ADDED], expr).toContain(label)
  }
})

it('shows every metric', () => {
  const shown = panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => namesIn(expr).metrics),
  )
  expect([...new Set(shown)].sort()).toEqual(Object.keys(catalogue).sort())
})

it('has a section of the runbook for each alert, where its link leads', () => {
  for (const alert of ALERTS) {
    const [file, anchor] = runbookOf(alert).split('#')
    expect(existsSync(join(root, file!))).toBe(true)
    const headings = readFileSync(join(root, file!), 'utf8').matchAll(/^## (.+)$/gm)
    expect([...headings].map(([, heading]) => heading!.toLowerCase())).toContain(anchor)
  }
})

it('is what promtool takes, and each alert fires and is silent when it must', ({ skip }) => {
  skip(!promtool, 'no promtool')
  const run = (...args: string[]): string =>
    execFileSync('promtool', args, { cwd: folder, encoding: 'utf8' })
  expect(run('check', 'rules', 'alerts.yaml')).toContain(`${ALERTS.length} rules found`)
  expect(run('check', 'config', 'prometheus.yaml')).toContain('SUCCESS')
  expect(run('test', 'rules', 'alerts.test.yaml')).toContain('SUCCESS')
  const tests = readFileSync(join(folder, 'alerts.test.yaml'), 'utf8')
  expect(tests.match(/alertname/g)).toHaveLength(2 * ALERTS.length)
}, 240_000)
