import {
  type Compared,
  type ExploreService,
  HEADS,
  type Page,
  type StepTrace,
  type Verdict,
} from '@explore/explore'
import { expect, onTestFinished, test } from 'vitest'
import { type Metric, METRICS, type Teller } from './catalogue.ts'
import { collectStream } from './collect-stream.ts'
import { collectVitals } from './collect-vitals.ts'
import { samplesOf } from './exposition.ts'
import { metricsOf } from './metrics.ts'
import { observed } from './observed.ts'

const metricsFor = (teller: Teller) => {
  const metrics = metricsOf(teller)
  onTestFinished(metrics.close)
  return metrics
}

const PAGE: Page = {
  ...{ requestId: 'r1', userId: 'u1', group: 'new', origin: 'live', items: [], nextCursor: null },
  ...{ bundle: 'b1', degraded: ['without trending', 'first-stage order'] },
}
const STEPS: readonly StepTrace[] = [
  {
    ...{ step: 'retrieve', kind: 'retrieve', in: 0, out: 30, ms: 2 },
    ...{ counts: { fresh: 20, similar: 10 }, failures: { trending: 'of u1: gone' } },
  },
  { step: 'filter', kind: 'filter', in: 30, out: 25, ms: 1, counts: { unseen: 5 } },
]
const VERDICTS: readonly Verdict[] = [
  { status: 'accepted', eventId: 'e1' },
  { status: 'accepted', eventId: 'e2' },
  { status: 'rejected', code: 'ITEM_UNKNOWN', message: 'm', hint: 'h' },
]

/** A gateway that has served a page and taken a batch. */
const gateway = async () => {
  const metrics = metricsFor('gateway')
  const health = {
    ...{ ready: true, bundle: 'b1', items: 7, lag: 3, problems: [] },
  }
  let time = 0
  const service = observed(
    {
      page: async (_, watch) => {
        time += 42
        watch?.steps(STEPS, 1000)
        return PAGE
      },
      record: async () => VERDICTS,
      health: async () => health,
    } as Partial<ExploreService> as ExploreService,
    metrics,
    () => time,
  )
  const compared = { predicted: heads(1.5), happened: heads(2) }
  const vitals = { waiting: 2, swaps: 1, bundleMadeAt: 1000, compared }
  collectVitals(
    metrics,
    {
      ...{ health: service.health, vitals: async () => vitals },
      pages: { limit: () => 16, running: () => 4 },
    },
    () => 61_000,
  )
  await service.page({ userId: 'u1' })
  await service.record([1, 2, 3])
  metrics.count('explore_requests_total', { edge: 'rest', operation: 'page', code: 'OK' })
  metrics.observe('explore_request_seconds', { edge: 'rest', operation: 'page' }, 0.042)
  return metrics
}

const heads = (value: number): Compared['happened'] =>
  Object.fromEntries(HEADS.map(head => [head, value])) as Compared['happened']

/** Names and types as an exposition declares them. */
const declared = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
  )

test.each(['gateway', 'stream-processor', 'stage'] as const)(
  '%s exposes what the catalogue says, and nothing else',
  async teller => {
    const metrics = teller === 'gateway' ? await gateway() : metricsFor(teller)
    const own = Object.entries<Metric>(METRICS).filter(([, { by }]) => by.includes(teller))
    const text = await metrics.text()
    expect(declared(text)).toEqual(Object.fromEntries(own.map(([name, { type }]) => [name, type])))
    for (const { name, labels } of samplesOf(text)) {
      const metric = METRICS[name.replace(/_(bucket|sum|count)$/, '') as keyof typeof METRICS] as
        Metric | undefined
      const own = Object.keys(labels).filter(label => label !== 'le')
      expect([name, own.sort()]).toEqual([name, [...(metric?.labels ?? [])].sort()])
    }
  },
)

test('pages, steps, sources, filters, events and vitals are counted', async () => {
  const samples = samplesOf(await (await gateway()).text())
  const value = (name: string, labels: Record<string, string> = {}) =>
    samples.find(
      sample =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )?.value
  expect(value('explore_pages_total', { origin: 'live', group: 'new' })).toBe(1)
  expect(value('explore_page_seconds_sum', { origin: 'live' })).toBeCloseTo(0.042)
  expect(value('explore_rungs_total', { rung: 'first-stage order' })).toBe(1)
  expect(value('explore_stage_seconds_sum', { stage: 'retrieve' })).toBeCloseTo(0.002)
  expect(value('explore_stage_out_total', { stage: 'filter' })).toBe(25)
  expect(value('explore_stage_failures_total', { part: 'trending' })).toBe(1)
  expect(value('explore_source_candidates_total', { source: 'fresh' })).toBe(20)
  expect(value('explore_filtered_total', { filter: 'unseen' })).toBe(5)
  expect(value('explore_events_total', { verdict: 'accepted' })).toBe(2)
  expect(value('explore_events_total', { code: 'ITEM_UNKNOWN' })).toBe(1)
  expect(value('explore_bundle_info', { bundle: 'b1' })).toBe(1)
  expect(value('explore_bundle_age_seconds')).toBe(60)
  expect(value('explore_bundle_swaps_total')).toBe(1)
  expect(value('explore_lag_events')).toBe(3)
  expect(value('explore_pages_limit')).toBe(16)
  expect(value('explore_process_cpu_seconds_total')).toBeGreaterThan(0)
})

test('totals that are kept elsewhere are told as they are, look after look', async () => {
  const metrics = await gateway()
  for (let look = 0; look < 3; look++) {
    const samples = samplesOf(await metrics.text())
    expect(samples.filter(({ name }) => name === 'explore_bundle_swaps_total')).toEqual([
      { name: 'explore_bundle_swaps_total', labels: {}, value: 1 },
    ])
  }
})

test('a stream processor tells what it has counted', async () => {
  const metrics = metricsFor('stream-processor')
  const counts = {
    events: {
      ...{ folded: 5, repeated: 2, deadLettered: 1 },
      compared: { predicted: heads(1.5), happened: heads(2) },
    },
    profiles: { put: 3, removed: 0, deadLettered: 4 },
  }
  collectStream(metrics, { counts: () => counts, lastProgress: () => 1000 }, () => 3000)
  const text = await metrics.text()
  expect(text).toContain('explore_stream_events_total{outcome="dead-lettered"} 1')
  expect(text).toContain('explore_stream_profiles_total{outcome="put"} 3')
  expect(text).toContain('explore_stream_idle_seconds 2')
  expect(text).toContain('explore_predicted_total{head="like"} 1.5')
  expect(text).toContain('explore_happened_total{head="report"} 2')
})

test('a viewer is in no metric', async () => {
  expect(await (await gateway()).text()).not.toContain('u1')
})

test('a metric of another process is an error of ours', () => {
  const metrics = metricsFor('stream-processor')
  expect(() => metrics.set('explore_items', {}, 1)).toThrow(RangeError)
})

test('samples are read back with whatever their labels hold', () => {
  const text = 'a{x="1\\"\\\\\\n,}",y=""} 1.5e3\n# HELP b c\n\nb NaN\nnonsense line here\nc +Inf'
  expect(samplesOf(text)).toEqual([
    { name: 'a', labels: { x: '1"\\\n,}', y: '' }, value: 1500 },
    { name: 'b', labels: {}, value: NaN },
    { name: 'c', labels: {}, value: Infinity },
  ])
})
