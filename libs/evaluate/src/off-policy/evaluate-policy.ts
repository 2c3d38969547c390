import { ExploreError } from '@explore/explore'
import type { Evaluation } from '../evaluation.ts'
import type { Row } from '../report.ts'
import { wholeFlag } from '../whole-flag.ts'
import { type Decisions, importanceWeights } from './decisions.ts'
import { diagnose } from './diagnose.ts'
import { doublyRobust, ips, snips } from './estimators.ts'
import { type Estimate, meanOf } from './mean-of.ts'
import { readDecisions } from './read-decisions.ts'

/** What a target policy would have earned, from a log of another policy's decisions and their propensities. */
export const evaluatePolicy: Evaluation = async ({ flags, protocol, onProgress }) => {
  if (typeof flags['log'] !== 'string') {
    throw new ExploreError('USAGE', 'evaluate policy needs --log FILE', {
      field: 'log',
      hint: 'one JSON object a line: {"user":"u1","reward":1,"propensity":0.2,"target":0.5}',
    })
  }
  const clip = wholeFlag(flags, 'clip', 20)
  onProgress('read', 0, flags['log'])
  const decisions = await readDecisions(flags['log'])
  onProgress('read', 1, `${decisions.length} decisions`)
  const { effective, meanWeight, largestWeight, clipped } = diagnose(decisions, clip)
  const weight = meanOf(importanceWeights(decisions), decisions.groups)
  return {
    evaluation: 'policy',
    protocol,
    title: 'Off-policy: what the target policy would have earned per decision',
    facts: {
      decisions: decisions.length,
      viewers: new Set(decisions.groups).size,
      clip: `weights above ${clip} count as ${clip} in IPS and DR; ${(100 * clipped).toFixed(2)} % are`,
      intervals: '95 %, by viewers',
    },
    tables: [
      {
        title: 'Value',
        columns: [{ name: 'reward per decision' }, { name: 'over that of the log' }],
        rows: estimates(decisions, clip),
      },
      {
        title: 'Whether the log can tell',
        columns: [{ name: 'value' }],
        rows: [
          { name: 'effective decisions', cells: [Math.round(effective)] },
          { name: 'of all', cells: [effective / decisions.length] },
          { name: 'mean weight', cells: [weight] },
          { name: 'largest weight', cells: [largestWeight] },
        ],
        notes: warnings(effective, meanWeight, weight),
      },
    ],
  }
}

const estimates = (decisions: Decisions, clip: number): readonly Row[] => {
  const { rewards, groups, model } = decisions
  const logged = meanOf(rewards, groups)
  const rows = {
    'the log itself': logged,
    [`IPS, clip ${clip}`]: ips(decisions, clip),
    SNIPS: snips(decisions),
    ...(model && { [`DR, clip ${clip}`]: doublyRobust({ ...decisions, model }, clip) }),
  }
  return Object.entries(rows).map(([name, estimate]) => ({
    name,
    cells: [estimate, estimate.value / logged.value],
  }))
}

const warnings = (effective: number, meanWeight: number, { low, high }: Estimate): string[] => [
  ...(effective < 100
    ? ['fewer than 100 effective decisions: the intervals cannot be trusted']
    : []),
  ...(low > 1 || high < 1
    ? [
        `the mean weight is ${meanWeight.toFixed(3)}, and must be 1: propensities are wrong, or the target policy ` +
          'takes actions that the log never could',
      ]
    : []),
]
