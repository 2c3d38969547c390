import type { Alert, Series } from './alert.ts'

const HEAD = '# Made from tools/observe/alerts.ts by `npm run docs`.\n'

/** Where an alert's page is, in the repository of this version. */
export const runbookOf = ({ name }: Alert): string => `docs/runbook.md#${name.toLowerCase()}`

/** A scalar that YAML takes as it is. */
const quoted = (text: string): string => JSON.stringify(text)

const annotations = (alert: Alert): readonly (readonly [string, string])[] => [
  ['summary', alert.summary],
  ['runbook_url', runbookOf(alert)],
]

/** A plain Prometheus rule file. */
export const ruleFile = (alerts: readonly Alert[]): string => `${HEAD}groups:
  - name: explore
    rules:
${alerts
  .map(
    alert => `      - alert: ${alert.name}
        expr: ${quoted(alert.expr)}
        for: ${alert.for}
        labels:
          severity: ${alert.severity}
        annotations:
${annotations(alert)
  .map(([name, text]) => `          ${name}: ${quoted(text)}`)
  .join('\n')}
`,
  )
  .join('')}`

const seriesOf = ({ metric, labels, values }: Series): string => {
  const all = Object.entries({ job: 'explore', ...labels })
  const text = all.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')
  return `      - series: ${quoted(`${metric}{${text}}`)}
        values: ${quoted(values)}
`
}

/** Cases for promtool: each alert fires on the one and not on the other. */
export const ruleTests = (alerts: readonly Alert[]): string => `${HEAD}rule_files:
  - alerts.yaml
evaluation_interval: 1m
tests:
${alerts
  .flatMap(alert =>
    [true, false].map(fires => {
      const labels = Object.entries({
        severity: alert.severity,
        ...(alert.keeps && { job: 'explore', ...alert.keeps }),
      })
      const expected = `
          - exp_labels:
${labels.map(([name, value]) => `              ${name}: ${quoted(value)}\n`).join('')}            exp_annotations:
${annotations(alert)
  .map(([name, text]) => `              ${name}: ${quoted(text)}`)
  .join('\n')}`
      return `  - interval: 1m
    name: ${quoted(`${alert.name} ${fires ? 'fires' : 'is silent'}`)}
    input_series:
${(fires ? alert.fires : alert.quiet).map(seriesOf).join('')}    alert_rule_test:
      - eval_time: ${alert.at}
        alertname: ${alert.name}
        exp_alerts: ${fires ? expected : '[]'}
`
    }),
  )
  .join('')}`

/** docs/runbook.md: what each alert means, what to look at, what to do. */
export const runbook = (alerts: readonly Alert[]): string => `# Runbook

<!-- Made from tools/observe/alerts.ts by \`npm run docs\`. -->

One section for each alert of [deploy/observe/alerts.yaml](../deploy/observe/alerts.yaml). \`page\` wakes somebody, \`ticket\` waits for
the morning. Each has been seen to fire, and to be silent, by promtool
([deploy/observe/alerts.test.yaml](../deploy/observe/alerts.test.yaml)).

${alerts
  .map(
    ({ name, severity, summary, means, look, act, expr, for: lasting }) => `## ${name}

\`${severity}\`: ${summary}.

**It means.** ${means}

**Look at.**

${look.map(each => `- ${each}`).join('\n')}

**Do.**

${act.map(each => `- ${each}`).join('\n')}

\`\`\`promql
${expr}   # for ${lasting}
\`\`\`
`,
  )
  .join('\n')}`
