import { ERRORS } from '@explore/explore'
import type { Alert, Series } from './alert.ts'

/** What is promised of so large a share, and how the share that breaks it is measured over a window. */
interface Slo {
  readonly name: string
  readonly promise: string
  readonly objective: number
  readonly bad: (window: string) => string
  readonly means: string
  readonly look: readonly string[]
  readonly act: readonly string[]
  /** Series of traffic of which the given percentage is bad. */
  readonly traffic: (percent: number) => readonly Series[]
}

/** 100 a minute, of which so many percent are the first of two. */
const counted = (percent: number, bad: Omit<Series, 'values'>, all: Omit<Series, 'values'>) => [
  { ...bad, values: `0+${percent}x400` },
  { ...all, values: `0+100x400` },
]

const FAULTS = Object.entries(ERRORS)
  .filter(([, [status]]) => status >= 500)
  .map(([code]) => code)
  .join('|')
const PAGES = `operation="explore"`

export const SLOS: readonly Slo[] = [
  {
    name: 'ExplorePagesSlow',
    promise: '99 % of pages take at most 250 ms inside the service',
    objective: 0.99,
    bad: window =>
      `1 - sum(rate(explore_page_seconds_bucket{le="0.25"}[${window}])) / sum(rate(explore_page_seconds_count[${window}]))`,
    means: 'Pages take longer than promised, waiting included.',
    look: [
      '`explore top`, or the dashboard: does p99 of one step of the funnel rise, or do pages wait for a thread?',
      'CPU of the gateway and of each service against what it was given; late event loops; a bundle that just changed.',
      '`EXPLORE_STATE` in Redis: `redis-cli --latency`, slow log.',
    ],
    act: [
      'Pages wait, CPU is full: more replicas of the service whose step is slow ([sizing](operations.md#sizing)).',
      'One step is slow since a promotion: `explore bundle rollback`.',
      'One service is slow by itself: restart it; the page goes on without it meanwhile.',
    ],
    traffic: percent =>
      counted(
        100 - percent,
        { metric: 'explore_page_seconds_bucket', labels: { le: '0.25' } },
        { metric: 'explore_page_seconds_count' },
      ),
  },
  {
    name: 'ExplorePagesFail',
    promise: '99.9 % of pages that were asked for rightly are answered',
    objective: 0.999,
    bad: window =>
      `sum(rate(explore_requests_total{${PAGES},code=~"${FAULTS}"}[${window}])) / sum(rate(explore_requests_total{${PAGES}}[${window}]))`,
    means:
      'Requests for pages are answered by an error that is not the caller’s: 500, 503, 504 or 507.',
    look: [
      'The dashboard’s requests by `code`: each is in [errors](errors.md), with what to do.',
      '`GET /v1/health/ready` of a gateway, and its log at level `error`.',
    ],
    act: [
      '`STORE_…`: the store of the viewer’s state ([reliability](reliability.md#runbook)); pages need it, as whom they block is in it.',
      '`OVERLOADED`: more gateways or services; until then shedding keeps the others in time.',
      '`INTERNAL`: a bug: roll back to the version before, and report it with the request id.',
    ],
    traffic: percent =>
      counted(
        percent,
        {
          metric: 'explore_requests_total',
          labels: { operation: 'explore', code: 'STORE_UNREACHABLE' },
        },
        { metric: 'explore_requests_total', labels: { operation: 'explore', code: 'OK' } },
      ),
  },
  {
    name: 'ExplorePagesDegraded',
    promise: '99 % of pages stand on no rung of the degradation ladder',
    objective: 0.99,
    bad: window =>
      `sum(rate(explore_degraded_pages_total[${window}])) / sum(rate(explore_pages_total[${window}]))`,
    means: 'Pages are served, but without a part: a source, a ranker, the index, likeness.',
    look: [
      'Which rung: `explore top`, or the dashboard’s rungs. [The fleet](fleet.md#what-dies-and-what-the-caller-sees) says which service each one means.',
      'That service: is it running, ready, and on the bundle of the others (`explore_bundle_info`)?',
      '`explore_stage_failures_total` by `part` tells which part of a step failed.',
    ],
    act: [
      'Start or restart the service; nothing is lost with it, and pages are whole again within seconds.',
      'All pages fall back: is a bundle promoted (`explore bundle list`), and can services read it?',
      'Only at peak: the deadline is too short for the load: more replicas of what is late.',
    ],
    traffic: percent =>
      counted(
        percent,
        { metric: 'explore_degraded_pages_total' },
        { metric: 'explore_pages_total' },
      ),
  },
]

/** Burn rates after Google's SRE workbook: a month's budget gone in 2 days, or in 5; the short window ends it soon. */
const BURNS = [
  { suffix: 'Fast', severity: 'page', rate: 14.4, long: '1h', short: '5m', for: '2m' },
  { suffix: 'Slow', severity: 'ticket', rate: 3, long: '1d', short: '2h', for: '15m' },
] as const

/** Two alerts for each SLO: the budget is being spent fast, or steadily. */
export const burnAlerts = (): readonly Alert[] =>
  SLOS.flatMap(({ name, promise, objective, bad, traffic, means, look, act }) =>
    BURNS.map(({ suffix, severity, rate, long, short, for: lasting }): Alert => {
      const most = Number((rate * (1 - objective)).toFixed(6))
      return {
        ...{ name: `${name}${suffix}`, severity, for: lasting, look, act },
        expr: `(${bad(long)}) > ${most} and (${bad(short)}) > ${most}`,
        summary: `${promise}: that budget is being spent ${rate} times as fast as it may`,
        means: `${means} The promise: ${promise}. Within the last ${long}, and still in the last ${short}, more than ${Number((100 * most).toFixed(3))} % broke it.`,
        at: '2h',
        fires: traffic(Math.ceil(100 * most) + 10),
        quiet: traffic(0),
      }
    }),
  )
