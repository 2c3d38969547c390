import { HEADS } from '@explore/explore'
import { short, table } from './table.ts'

type Nested = { readonly [name: string]: unknown }

const under = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((at: unknown, name) => (at as Nested | undefined)?.[name], value)

/** What training measured on data that it held out, as tables: heads, retrieval, first stage. */
export const metricsTable = (metrics: unknown): string => {
  const parts: string[] = []
  const counted = ['events', 'users', 'impressions', 'positives'].filter(
    name => under(metrics, name) !== undefined,
  )
  if (counted.length > 0) {
    parts.push(`  ${counted.map(name => `${short(under(metrics, name))} ${name}`).join(' · ')}`)
  }
  const heads = HEADS.filter(head => under(metrics, 'secondStage', 'heads', head) !== undefined)
  if (heads.length > 0) {
    const rows = heads.map(head => {
      const figure = (name: string): string =>
        short(under(metrics, 'secondStage', 'heads', head, name))
      const trained = under(metrics, 'secondStage', 'heads', head, 'trained') !== false
      return [
        trained ? head : `${head} (its rate)`,
        ...['positives', 'auc', 'gauc', 'ne', 'calibration', 'ece'].map(figure),
      ]
    })
    const header = ['second stage', '>positives', '>AUC', '>GAUC', '>NE', '>calibration', '>ECE']
    parts.push(table(header, rows, '  '))
  }
  for (const [title, stage, names] of [
    ['retrieval', 'retrieval', ['towers', 'popularity', 'recentPopularity']],
    ['first stage', 'firstStage', ['pselect', 'meanValue', 'retrieval', 'popularity']],
  ] as const) {
    const present = names.filter(name => under(metrics, stage, name) !== undefined)
    const cuts = [
      ...new Set(present.flatMap(name => Object.keys(under(metrics, stage, name) as object))),
    ]
    if (cuts.length === 0) continue
    parts.push(
      table(
        [title, ...cuts.map(cut => `>${cut}`)],
        present.map(name => [
          LABELS[name] ?? name,
          ...cuts.map(cut => short(under(metrics, stage, name, cut))),
        ]),
        '  ',
      ),
    )
  }
  return parts.join('\n\n')
}

const LABELS: Readonly<Record<string, string>> = {
  towers: 'two towers',
  recentPopularity: 'popular lately',
  pselect: 'PSelect',
  meanValue: 'mean value of item',
}
