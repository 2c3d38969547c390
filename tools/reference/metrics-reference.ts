import type { Metric } from '@explore/observe'
import { code, table } from './table.ts'

/** docs/metrics.md: every metric with its type, unit, labels, who tells it and what it means. */
export const metricsReference = (metrics: Readonly<Record<string, Metric>>): string => `# Metrics

<!-- Made from libs/observe/src/catalogue.ts by \`npm run docs\`. -->

\`GET /metrics\` of the gateway, of the stream processor, and of a service of the fleet with EXPLORE_METRICS_PORT answers in
Prometheus's text format. Where the gateway has
keys, scrape it with one of role \`admin\` or \`service\` (\`authorization\` in Prometheus's \`scrape_config\`). No label
ever holds a viewer or an item. \`explore top\` shows the same, live.

${table(
  ['Metric', 'Type', 'Unit', 'Labels', 'Told by', 'Meaning'],
  Object.entries(metrics).map(([name, { type, unit, labels, by, help }]) => [
    ...[code(name), type, unit, labels.map(code).join(', '), by.join(', '), help],
  ]),
)}
`
