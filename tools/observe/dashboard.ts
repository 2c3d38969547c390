import type { Metric } from '@explore/observe'
import { SLOS } from './slos.ts'

interface Panel {
  readonly title: string
  readonly unit: string
  readonly targets: readonly { readonly expr: string; readonly legend: string }[]
}

const UNITS: Readonly<Record<string, string>> = { s: 's', bytes: 'bytes' }
const WIDTH = 8
const HEIGHT = 7

/** A metric as it is best seen: counters as rates, histograms as quantiles, gauges as they are. */
const panelOf = (name: string, metric: Metric): Panel => {
  const { labels, help: title, type } = metric
  const unit = UNITS[metric.unit] ?? 'short'
  const by = labels.length > 0 ? ` by (${labels.join(', ')})` : ''
  const legend = labels.length > 0 ? labels.map(label => `{{${label}}}`).join(' ') : 'all'
  if (type === 'counter') {
    return {
      title,
      unit,
      targets: [{ expr: `sum${by} (rate(${name}[$__rate_interval]))`, legend }],
    }
  }
  if (type === 'gauge') {
    return { title, unit, targets: [{ expr: name, legend: `{{instance}} ${legend}` }] }
  }
  const within = ['le', ...labels].join(', ')
  return {
    ...{ title, unit },
    targets: [0.5, 0.99].map(q => ({
      expr: `histogram_quantile(${q}, sum by (${within}) (rate(${name}_bucket[$__rate_interval])))`,
      legend: `p${100 * q} ${legend}`,
    })),
  }
}

/** The dashboard as Grafana imports it: the promises first, then every metric of the catalogue. */
export const dashboard = (metrics: Readonly<Record<string, Metric>>): string => {
  const promises = SLOS.map(({ promise, bad, objective }) => ({
    ...{ title: promise, unit: 'percentunit' },
    targets: [
      { expr: bad('$__rate_interval'), legend: 'share that breaks it' },
      { expr: `vector(${Number((1 - objective).toFixed(6))})`, legend: 'budget' },
    ],
  }))
  const panels = [...promises, ...Object.entries(metrics).map(([name, of]) => panelOf(name, of))]
  return JSON.stringify({
    title: 'Explore',
    uid: 'explore',
    description: 'Made from libs/observe/src/catalogue.ts by npm run docs',
    ...{
      schemaVersion: 39,
      timezone: 'browser',
      refresh: '30s',
      editable: true,
      tags: ['explore'],
    },
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }],
    },
    panels: panels.map(({ title, unit, targets }, i) => ({
      ...{ id: i + 1, type: 'timeseries', title },
      datasource: { type: 'prometheus', uid: '${datasource}' },
      gridPos: { x: (i % 3) * WIDTH, y: Math.floor(i / 3) * HEIGHT, w: WIDTH, h: HEIGHT },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: targets.map(({ expr, legend }, at) => ({
        ...{ refId: String.fromCharCode(65 + at), expr, legendFormat: legend },
      })),
    })),
  })
}
