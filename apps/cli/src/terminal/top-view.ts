import type { Between } from '@explore/observe'
import { table } from './table.ts'

/** What is known of one service at a moment. */
export type Look = { readonly url: string } & (
  { readonly now: Between } | { readonly problem: string }
)

/** One screen of `explore top`: each service's rates, latencies, rungs, lag and bundle. */
export const topView = (looks: readonly Look[]): string =>
  looks
    .map(look => `${look.url}\n${'problem' in look ? `  ${look.problem}` : serviceView(look.now)}`)
    .join('\n\n')

const serviceView = (now: Between): string => [...linesOf(now), machine(now)].join('\n')

const linesOf = (now: Between): readonly string[] => {
  if (now.value('explore_pages_limit') !== undefined) return pageLines(now)
  return now.value('explore_ready') === undefined ? streamLines(now) : stageLines(now)
}

const stageLines = (now: Between): readonly string[] => [
  line('state', `${now.value('explore_ready') === 1 ? 'serving' : 'NOT SERVING'} · ${bundle(now)}`),
  line('calls', listed(now.ratesBy('explore_calls_total', 'method')) || 'none'),
  line('latency', quantiles(now, 'explore_call_seconds')),
  line('answers', listed(now.ratesBy('explore_calls_total', 'code')) || 'none'),
]

const quantiles = (now: Between, name: string): string =>
  [50, 90, 99].map(p => `p${p} ${millis(now.quantile(name, p / 100))}`).join('  ')

const pageLines = (now: Between): readonly string[] => {
  const origins = listed(now.ratesBy('explore_pages_total', 'origin'))
  const codes = [...now.ratesBy('explore_requests_total', 'code')].filter(([code]) => code !== 'OK')
  const stages = now.ratesBy('explore_stage_seconds_count', 'stage').keys()
  return [
    line(
      'state',
      `${now.value('explore_ready') === 1 ? 'ready' : 'NOT READY'} · ${whole(now.value('explore_items'))} items · ${bundle(now)}`,
    ),
    line('pages', `${perSecond(now.rate('explore_pages_total'))}  ${origins}`),
    line('latency', quantiles(now, 'explore_page_seconds')),
    line(
      'under way',
      `${whole(now.value('explore_pages_running'))} of ${whole(now.value('explore_pages_limit'))}, ${whole(now.value('explore_pages_waiting'))} wait for a thread`,
    ),
    line(
      'events',
      `${perSecond(now.rate('explore_events_total', { verdict: 'accepted' }))} taken, ${perSecond(now.rate('explore_events_total', { verdict: 'rejected' }))} rejected, lag ${whole(now.value('explore_lag_events'))}`,
    ),
    line('rungs', listed(now.ratesBy('explore_rungs_total', 'rung')) || 'none'),
    line('refused', listed(new Map(codes)) || 'none'),
    ...stageTable(now, [...stages]),
  ]
}

const stageTable = (now: Between, stages: readonly string[]): readonly string[] => {
  if (stages.length === 0) return []
  const rows = stages.map(stage => {
    const runs = now.rate('explore_stage_seconds_count', { stage })
    const each = (name: string): string => whole(now.rate(name, { stage }) / runs)
    return [
      ...[stage, millis(now.mean('explore_stage_seconds', { stage }))],
      ...[each('explore_stage_in_total'), each('explore_stage_out_total')],
    ]
  })
  return [table(['stage', '>mean', '>in', '>out'], rows, '  ')]
}

const streamLines = (now: Between): readonly string[] => [
  line('events', listed(now.ratesBy('explore_stream_events_total', 'outcome')) || 'none'),
  line('profiles', listed(now.ratesBy('explore_stream_profiles_total', 'outcome')) || 'none'),
  line(
    'dead',
    `${whole(now.value('explore_stream_events_total', { outcome: 'dead-lettered' }))} events, ${whole(now.value('explore_stream_profiles_total', { outcome: 'dead-lettered' }))} records in all`,
  ),
  line('idle', `${(now.value('explore_stream_idle_seconds') ?? NaN).toFixed(1)} s`),
]

const machine = (now: Between): string =>
  line(
    'machine',
    [
      `CPU ${(100 * now.rate('explore_process_cpu_seconds_total')).toFixed(0)} %`,
      `memory ${whole((now.value('explore_process_resident_bytes') ?? NaN) / 2 ** 20)} MiB`,
      `event loop late by ${millis(now.value('explore_event_loop_delay_seconds'))}`,
    ].join(' · '),
  )

const bundle = (now: Between): string => {
  const id = now.labelOf('explore_bundle_info', 'bundle')
  if (id === undefined) return 'no bundle'
  const seconds = now.value('explore_bundle_age_seconds')
  return seconds === undefined
    ? `bundle ${id}`
    : `bundle ${id}, ${(seconds / 3600).toFixed(1)} h old`
}

const line = (name: string, text: string): string => `  ${name.padEnd(10)}${text}`.trimEnd()

const listed = (rates: ReadonlyMap<string, number>): string =>
  [...rates].map(([name, rate]) => `${name} ${perSecond(rate)}`).join('  ')

const perSecond = (rate: number): string => `${rate < 10 ? rate.toFixed(1) : rate.toFixed(0)}/s`

const millis = (seconds: number | undefined): string =>
  seconds === undefined ? '–' : `${(seconds * 1000).toFixed(seconds < 0.01 ? 2 : 0)} ms`

const whole = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(0)
