import type { Rng } from '@explore/learn'
import type { Cell, Table } from '../report.ts'
import type { LadderMeasures } from './measure-ladder.ts'
import { RUNGS } from './rungs.ts'

/** What each rung keeps of a page, and what the page says of it. */
export const ladderTables = (measures: LadderMeasures, random: Rng): readonly Table[] => {
  const { figures, shown, flagged, items } = measures
  const spread = (name: string): Cell => figures.spread(name, random) ?? null
  const value = (name: string): Cell => figures.spread(name, random)?.value ?? null
  return [
    {
      title: 'What a page keeps while something is away',
      columns: [
        { name: 'value', bar: true },
        { name: 'same items' },
        { name: 'places filled' },
        { name: 'items shown', unit: 'of all' },
      ],
      rows: [
        ...RUNGS.map(({ name }) => ({
          name,
          cells: [
            spread(`${name} value`),
            value(`${name} overlap`),
            value(`${name} places`),
            shown.get(name)!.size / items,
          ],
        })),
        { name: 'items drawn at random', cells: [spread('random value'), null, null, null] },
      ],
      notes: [
        'value: by the full second stage and the value model, ÷ that of the full page of the same viewers',
        'items shown: of all that may be, on the page of any of these viewers',
      ],
    },
    {
      title: 'What such pages say, most often',
      columns: [{ name: 'share' }, { name: 'flagged' }],
      rows: RUNGS.map(({ name }) => {
        const [[flags, n]] = [...flagged.get(name)!].sort(([, a], [, b]) => b - a) as [
          [string, number],
        ]
        return { name, cells: [n / measures.requests, flags === '' ? 'not at all' : flags] }
      }),
    },
  ]
}
