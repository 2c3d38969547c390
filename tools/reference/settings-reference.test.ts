import { expect, it } from 'vitest'
import { settingsReference } from './settings-reference.ts'

it('tells key, default, range, unit, meaning and environment variable, by group', () => {
  const page = settingsReference({
    'page.maxLimit': {
      ...{ type: 'number', default: 20, min: 1, max: 100, whole: true },
      ...{ unit: 'items', doc: 'Largest page' },
    } as const,
    'page.live': { type: 'boolean', default: true, doc: 'Ranked now' },
    'events.unknown': { type: 'choice', default: 'a', choices: ['a', 'b'], doc: 'Which' },
    'events.name': { type: 'text', default: 'x', pattern: '^(x|y)$', doc: 'A name' },
  })
  expect(page.split('\n').filter(line => /^(##|\| `)/.test(line))).toEqual([
    '## page',
    '| `page.maxLimit` | `20` | 1 to 100, whole | items | Largest page | `EXPLORE_SET_PAGE_MAX_LIMIT` |',
    '| `page.live` | `true` | `true`, `false` |  | Ranked now | `EXPLORE_SET_PAGE_LIVE` |',
    '## events',
    '| `events.unknown` | `a` | `a`, `b` |  | Which | `EXPLORE_SET_EVENTS_UNKNOWN` |',
    '| `events.name` | `x` | `^(x\\|y)$` |  | A name | `EXPLORE_SET_EVENTS_NAME` |',
  ])
})
