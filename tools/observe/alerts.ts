import type { Alert } from './alert.ts'
import { burnAlerts } from './slos.ts'

const GAUGE = { instance: 'a' }

const PREDICTED = 'sum by (job, head) (increase(explore_predicted_total[6h]))'
const HAPPENED = 'sum by (job, head) (increase(explore_happened_total[6h]))'

/** What is no matter of a share: something stands still, falls behind or is not there. */
const STATES: readonly Alert[] = [
  {
    ...{ name: 'ExploreDown', severity: 'page', for: '2m' },
    expr: 'up{job=~"explore.*"} == 0',
    summary: 'a process of Explore does not answer Prometheus',
    means:
      'A gateway, a service or a stream processor is gone, hangs, or can’t be reached by Prometheus.',
    look: ['Is it there, and why did it end: its last lines, its exit code, its memory limit.'],
    act: [
      'Start it. A [service](fleet.md#what-dies-and-what-the-caller-sees) costs pages a part, a stream processor costs them freshness; nothing is lost with either.',
      'Killed for its memory: give it more ([sizing](operations.md#sizing)).',
    ],
    ...{ at: '10m', keeps: GAUGE },
    fires: [{ metric: 'up', labels: GAUGE, values: '1 0x20' }],
    quiet: [{ metric: 'up', labels: GAUGE, values: '1x5 0 1x20' }],
  },
  {
    ...{ name: 'ExploreNotReady', severity: 'page', for: '3m' },
    expr: 'explore_ready == 0',
    summary: 'a process of Explore runs, and cannot serve',
    means:
      'The gateway has no items or cannot fold events, or a service has no bundle that it can load.',
    look: [
      '`GET /v1/health/ready` names the problems; `explore doctor` looks at stores, bus and bundle.',
    ],
    act: ['What the problem’s code says ([errors](errors.md)).'],
    ...{ at: '10m', keeps: GAUGE },
    fires: [{ metric: 'explore_ready', labels: GAUGE, values: '0x20' }],
    quiet: [{ metric: 'explore_ready', labels: GAUGE, values: '0 0 1x20' }],
  },
  {
    ...{ name: 'ExploreLag', severity: 'page', for: '5m' },
    expr: 'max(explore_lag_events) > 10000',
    summary: 'more than 10,000 events wait to be folded: pages do not show what viewers just did',
    means:
      'Events come faster than they are folded, or nobody folds them. They are safe in the log; pages are stale.',
    look: [
      '`explore lag` by partition: all of them, or one?',
      'Stream processors: are there any, do their logs complain of the store, does `explore_stream_events_total` grow?',
    ],
    act: [
      'None runs: start them. They fold on from where the state is.',
      'All are busy: more of them, up to the number of partitions.',
      'The store is away or full: [reliability](reliability.md#runbook).',
    ],
    at: '20m',
    fires: [{ metric: 'explore_lag_events', labels: GAUGE, values: '0+2000x20' }],
    quiet: [{ metric: 'explore_lag_events', labels: GAUGE, values: '20000 20000 0x20' }],
  },
  {
    ...{ name: 'ExploreStreamStalled', severity: 'page', for: '1m' },
    expr: 'explore_stream_idle_seconds > 60',
    summary: 'a stream processor has not got on for a minute',
    means:
      'It hangs: not even a look at an empty topic has ended. An outage that it waits out does not count.',
    look: ['Its log, its CPU, `GET /livez`; brokers and store from its machine: `explore doctor`.'],
    act: ['Restart it: its partitions go to the others meanwhile, and nothing is folded twice.'],
    ...{ at: '10m', keeps: GAUGE },
    fires: [{ metric: 'explore_stream_idle_seconds', labels: GAUGE, values: '0+60x20' }],
    quiet: [{ metric: 'explore_stream_idle_seconds', labels: GAUGE, values: '1x20' }],
  },
  {
    ...{ name: 'ExploreDeadLetters', severity: 'ticket', for: '10m' },
    expr: 'sum(rate(explore_stream_events_total{outcome="dead-lettered"}[10m])) / sum(rate(explore_stream_events_total[10m])) > 0.01',
    summary: 'more than 1 % of the records on the bus cannot be used',
    means:
      'A producer sends records that are no events, in a form that is not known, or to the wrong partition. The others are folded.',
    look: [
      '`explore dlq list`: why, and the last ones; `explore dlq show --offset N` has bytes, headers and error.',
    ],
    act: [
      'Correct the producer ([events](events.md#records)); then `explore dlq replay` sends again what can be used.',
    ],
    at: '40m',
    fires: [
      {
        metric: 'explore_stream_events_total',
        labels: { outcome: 'dead-lettered' },
        values: '0+5x60',
      },
      { metric: 'explore_stream_events_total', labels: { outcome: 'folded' }, values: '0+95x60' },
    ],
    quiet: [
      {
        metric: 'explore_stream_events_total',
        labels: { outcome: 'dead-lettered' },
        values: '3x60',
      },
      { metric: 'explore_stream_events_total', labels: { outcome: 'folded' }, values: '0+95x60' },
    ],
  },
  {
    ...{ name: 'ExploreBundleOld', severity: 'ticket', for: '1h' },
    expr: 'max(explore_bundle_age_seconds) > 3 * 86400',
    summary: 'the models in force are older than three days',
    means:
      'Training does not run, or what it makes fails the gates. Pages are served by what was learnt before.',
    look: ['`explore bundle list`: refused ones, and by which gate; the training job’s last run.'],
    act: [
      'A gate refuses: `explore bundle show ID` has the figures. Mend the data, or promote by hand if you know better.',
      'The job fails: run `explore train` by hand; it goes on where it was cut short.',
    ],
    at: '3h',
    fires: [{ metric: 'explore_bundle_age_seconds', labels: GAUGE, values: '300000+60x300' }],
    quiet: [{ metric: 'explore_bundle_age_seconds', labels: GAUGE, values: '100000+60x300' }],
  },
  {
    ...{ name: 'ExploreBundlesDiffer', severity: 'ticket', for: '15m' },
    expr: 'count(count by (bundle) (explore_bundle_info)) > 1',
    summary: 'processes have served different bundles for a quarter of an hour',
    means:
      'A promotion has not reached every process. Requests end on one bundle each; a service that lacks it costs pages a part.',
    look: [
      '`explore_bundle_info` by instance; can that process read the bundles, has it memory to load one beside the other?',
    ],
    act: [
      'Restart the one that is behind; where the new bundle is at fault: `explore bundle rollback`.',
    ],
    at: '30m',
    fires: [
      { metric: 'explore_bundle_info', labels: { instance: 'a', bundle: 'x' }, values: '1x60' },
      { metric: 'explore_bundle_info', labels: { instance: 'b', bundle: 'y' }, values: '1x60' },
    ],
    quiet: [
      { metric: 'explore_bundle_info', labels: { instance: 'a', bundle: 'x' }, values: '1x60' },
      { metric: 'explore_bundle_info', labels: { instance: 'b', bundle: 'x' }, values: '1x60' },
    ],
  },
  {
    ...{ name: 'ExploreCalibrationOff', severity: 'ticket', for: '1h' },
    expr: `(${HAPPENED} > 1.5 * ${PREDICTED} or ${HAPPENED} < ${PREDICTED} / 1.5) and ${PREDICTED} > 100`,
    summary:
      'for six hours a reaction has come half as often again as predicted, or more seldom so',
    means:
      'The second stage’s probabilities of this head no longer hold. Values add up heads by weights, so pages rank by sums that are wrong. On a sample of pages what was predicted of items that were shown is compared with what happened within the hour.',
    look: [
      'Since when: a promotion (`explore_bundle_info`), a change of the app (a button moved, events sent twice or no more), another kind of viewers?',
      'All heads at once: impressions are missing or doubled, or events come later than an hour. One head: its event.',
      '`explore bundle skew` where features are logged; `explore bundle show ID` has the calibration measured before the promotion.',
    ],
    act: [
      'Since a promotion: `explore bundle rollback`.',
      'The world has changed: `explore train`, or more often; the gate `gates.calibration` keeps a worse one out.',
      'Events are at fault: mend the producer, then train.',
    ],
    ...{ at: '8h', keeps: { head: 'like' } },
    fires: [
      { metric: 'explore_predicted_total', labels: { head: 'like' }, values: '0+1x500' },
      { metric: 'explore_happened_total', labels: { head: 'like' }, values: '0+2x500' },
    ],
    quiet: [
      { metric: 'explore_predicted_total', labels: { head: 'like' }, values: '0+1x500' },
      { metric: 'explore_happened_total', labels: { head: 'like' }, values: '0+1x500' },
      { metric: 'explore_predicted_total', labels: { head: 'report' }, values: '0+0.01x500' },
      { metric: 'explore_happened_total', labels: { head: 'report' }, values: '0+1x500' },
    ],
  },
  {
    ...{ name: 'ExploreProblems', severity: 'ticket', for: '15m' },
    expr: 'explore_problems > 0',
    summary: 'a gateway has had a problem for a quarter of an hour',
    means:
      'It serves, and something is not as it should be: settings that do not hold, a broken bundle, brokers away, pages unrecorded.',
    look: ['`GET /v1/health/ready` has it in words.'],
    act: ['What it says; the code is in [errors](errors.md).'],
    ...{ at: '30m', keeps: GAUGE },
    fires: [{ metric: 'explore_problems', labels: GAUGE, values: '1x60' }],
    quiet: [{ metric: 'explore_problems', labels: GAUGE, values: '1x5 0x60' }],
  },
  {
    ...{ name: 'ExploreEventLoopLate', severity: 'ticket', for: '10m' },
    expr: 'explore_event_loop_delay_seconds > 0.5',
    summary: 'a process’s main thread is late by more than half a second, again and again',
    means:
      'It has too little CPU, or does something long on its main thread: deadlines and health checks suffer.',
    look: ['CPU and throttling of the process; garbage collection near a memory limit.'],
    act: ['More CPU or replicas; no CPU limit; more memory where it is near its limit.'],
    ...{ at: '30m', keeps: GAUGE },
    fires: [{ metric: 'explore_event_loop_delay_seconds', labels: GAUGE, values: '1x60' }],
    quiet: [{ metric: 'explore_event_loop_delay_seconds', labels: GAUGE, values: '1 1 0.01x60' }],
  },
]

/** Every alert, once: rules, their tests and the runbook are made from this table. */
export const ALERTS: readonly Alert[] = [...burnAlerts(), ...STATES]
