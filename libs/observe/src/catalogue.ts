/** Which process a metric is told by: one with the public API, one that folds a bus, or one that serves a stage. */
export type Teller = 'gateway' | 'stream-processor' | 'stage'

interface Common {
  readonly unit: string
  readonly labels: readonly string[]
  readonly by: readonly Teller[]
  readonly help: string
}

/** One metric: all that its exposition and the reference page know of it. */
export type Metric =
  | (Common & { readonly type: 'counter' | 'gauge' })
  | (Common & { readonly type: 'histogram'; readonly buckets: readonly number[] })

const GATEWAY = ['gateway'] as const
const PROCESSOR = ['stream-processor'] as const
const STAGE = ['stage'] as const
const FOLDING = [...GATEWAY, ...PROCESSOR] as const
const SERVING = [...GATEWAY, ...STAGE] as const
const ALL = [...GATEWAY, ...PROCESSOR, ...STAGE] as const

const SECONDS = [
  ...[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
  ...[0.1, 0.15, 0.25, 0.5, 1, 2.5],
] as const

const counter = <const L extends readonly string[]>(
  labels: L,
  unit: string,
  help: string,
  by: readonly Teller[] = GATEWAY,
) => ({ type: 'counter', labels, unit, help, by }) as const

const gauge = <const L extends readonly string[]>(
  labels: L,
  unit: string,
  help: string,
  by: readonly Teller[] = GATEWAY,
) => ({ type: 'gauge', labels, unit, help, by }) as const

const histogram = <const L extends readonly string[]>(
  labels: L,
  help: string,
  by: readonly Teller[] = GATEWAY,
) => ({ type: 'histogram', labels, unit: 's', help, by, buckets: SECONDS }) as const

/** Every metric, once: what is exposed, tested and documented is made from this list. */
export const METRICS = {
  explore_pages_total: counter(
    ['origin', 'group'],
    'pages',
    'Pages served: ranked live, a session continued, precomputed, or by the fallback without models',
  ),
  explore_rungs_total: counter(
    ['rung'],
    'pages',
    'Pages that stood on a rung of the degradation ladder, by rung',
  ),
  explore_degraded_pages_total: counter(
    [],
    'pages',
    'Pages that stood on any rung of the degradation ladder, each once',
  ),
  explore_page_seconds: histogram(
    ['origin'],
    'Time of a page inside the service, waiting included',
  ),
  explore_pages_running: gauge([], 'pages', 'Pages under way'),
  explore_pages_limit: gauge(
    [],
    'pages',
    'Pages that may be under way now: others are refused with OVERLOADED',
  ),
  explore_pages_waiting: gauge([], 'pages', 'Pages that wait for a thread'),
  explore_stage_seconds: histogram(['stage'], 'Time of a step of the funnel'),
  explore_stage_in_total: counter(
    ['stage'],
    'candidates',
    'Candidates before a step of the funnel',
  ),
  explore_stage_out_total: counter(
    ['stage'],
    'candidates',
    'Candidates after a step of the funnel',
  ),
  explore_stage_failures_total: counter(
    ['stage', 'part'],
    'failures',
    'Failures within a step of the funnel, by source or stage',
  ),
  explore_source_candidates_total: counter(
    ['source'],
    'candidates',
    'Candidates that a retrieval source found',
  ),
  explore_filtered_total: counter(['filter'], 'candidates', 'Candidates that a filter refused'),
  explore_events_total: counter(
    ['verdict', 'code'],
    'events',
    'Events received, by what became of them; the code tells why one was rejected',
  ),
  explore_requests_total: counter(
    ['edge', 'operation', 'code'],
    'requests',
    'Requests by operation and by the code that answered: OK, or one of docs/errors.md; OVERLOADED and RATE_LIMITED were shed',
  ),
  explore_request_seconds: histogram(
    ['edge', 'operation'],
    'Time from the headers of a request to the end of its answer',
  ),
  explore_lag_events: gauge([], 'events', 'Events in the log that are not folded yet'),
  explore_items: gauge([], 'items', 'Items in the catalogue'),
  explore_ready: gauge(
    [],
    '0 or 1',
    'Whether pages, or the calls of a stage, can be served',
    SERVING,
  ),
  explore_problems: gauge(
    [],
    'problems',
    'What troubles the server now; /v1/health/ready names it',
  ),
  explore_bundle_info: gauge(['bundle'], '1', 'The models in force', SERVING),
  explore_bundle_age_seconds: gauge([], 's', 'Time since the models in force were made'),
  explore_bundle_swaps_total: counter([], 'swaps', 'Bundles that took over from another'),
  explore_stream_events_total: counter(
    ['outcome'],
    'events',
    'Events read from the bus: folded, repeated by their producer, or dead-lettered',
    PROCESSOR,
  ),
  explore_stream_profiles_total: counter(
    ['outcome'],
    'records',
    'Items and users read from the bus: put, removed, or dead-lettered',
    PROCESSOR,
  ),
  explore_stream_idle_seconds: gauge(
    [],
    's',
    'Time since the stream processor last got on, if only by a look at an empty topic',
    PROCESSOR,
  ),
  explore_calls_total: counter(
    ['method', 'code'],
    'calls',
    'Calls of a service of the fleet by the code that answered: OK, or one of docs/errors.md',
    STAGE,
  ),
  explore_call_seconds: histogram(['method'], 'Time of a call inside the service', STAGE),
  explore_predicted_total: counter(
    ['head'],
    'items',
    'Sum of the probabilities that the second stage gave items which were then shown, on pages of the sample (setting calibration.share)',
    FOLDING,
  ),
  explore_happened_total: counter(
    ['head'],
    'items',
    'Of those items, on how many it happened within the hour: calibrated models have as many as predicted',
    FOLDING,
  ),
  explore_process_cpu_seconds_total: counter([], 's', 'CPU time of the process, all threads', ALL),
  explore_process_resident_bytes: gauge([], 'bytes', 'Resident memory of the process', ALL),
  explore_event_loop_delay_seconds: gauge(
    [],
    's',
    'How late the main thread was at most since the last look, beside its work',
    ALL,
  ),
} as const satisfies Readonly<Record<`explore_${string}`, Metric>>

export type MetricName = keyof typeof METRICS

type OfType<T extends Metric['type']> = {
  [K in MetricName]: (typeof METRICS)[K]['type'] extends T ? K : never
}[MetricName]

export type CounterName = OfType<'counter'>
export type GaugeName = OfType<'gauge'>
export type HistogramName = OfType<'histogram'>

/** A value for each label of a metric. */
export type LabelsOf<K extends MetricName> = Readonly<
  Record<(typeof METRICS)[K]['labels'][number], string>
>
