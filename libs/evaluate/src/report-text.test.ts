import { expect, it } from 'vitest'
import { reportText } from './report-text.ts'

it('prints facts and tables with aligned columns, ratios without their zero, spreads beside', () => {
  const text = reportText({
    evaluation: 'retrieval',
    protocol: 'time',
    title: 'retrieval of data',
    facts: { items: 12 },
    tables: [
      {
        title: 'test',
        columns: [{ name: 'R@50' }, { name: 'time', unit: 's' }],
        rows: [
          { name: 'random', cells: [0.01234, null] },
          { name: 'towers', cells: [{ value: 0.25, deviation: 0.001, low: 0.2, high: 0.3 }, 61.5] },
        ],
        notes: ['five seeds'],
      },
    ],
  })
  expect(text).toBe(
    [
      'retrieval of data',
      '  items: 12',
      '',
      'test',
      '                               R@50  time (s)',
      'random                        .0123         –',
      'towers  .2500 ±.0010 [.2000, .3000]     61.50',
      '  five seeds',
    ].join('\n'),
  )
})
