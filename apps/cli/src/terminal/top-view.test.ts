import { between, samplesOf } from '@explore/observe'
import { expect, test } from 'vitest'
import { topView } from './top-view.ts'

const GATEWAY = `
explore_ready 1
explore_items 6000
explore_bundle_info{bundle="b7"} 1
explore_bundle_age_seconds 1800
explore_lag_events 12
explore_pages_running 3
explore_pages_limit 16
explore_pages_waiting 0
explore_pages_total{origin="live",group="new"} 40
explore_page_seconds_bucket{le="0.01",origin="live"} 20
explore_page_seconds_bucket{le="0.1",origin="live"} 40
explore_page_seconds_bucket{le="+Inf",origin="live"} 40
explore_rungs_total{rung="without trending"} 4
explore_requests_total{edge="rest",operation="explore",code="OK"} 40
explore_requests_total{edge="rest",operation="explore",code="OVERLOADED"} 2
explore_events_total{verdict="accepted",code=""} 6
explore_stage_seconds_sum{stage="retrieve"} 0.4
explore_stage_seconds_count{stage="retrieve"} 40
explore_stage_in_total{stage="retrieve"} 0
explore_stage_out_total{stage="retrieve"} 40000
explore_process_cpu_seconds_total 1
explore_process_resident_bytes 104857600
explore_event_loop_delay_seconds 0.002`

const PROCESSOR = `
explore_stream_events_total{outcome="folded"} 20
explore_stream_events_total{outcome="dead-lettered"} 1
explore_stream_idle_seconds 0.4
explore_process_cpu_seconds_total 0.2`

const STAGE = `
explore_ready 1
explore_bundle_info{bundle="b7"} 1
explore_calls_total{method="Score",code="OK"} 8
explore_call_seconds_bucket{method="Score",le="0.01"} 8
explore_call_seconds_bucket{method="Score",le="+Inf"} 8
explore_process_cpu_seconds_total 0.2`

const after = (text: string) => between([], samplesOf(text), 2)

test('each service is a block; one that cannot be looked at says why', () => {
  const view = topView([
    { url: 'http://a', now: after(GATEWAY) },
    { url: 'http://b', now: after(PROCESSOR) },
    { url: 'http://s', now: after(STAGE) },
    { url: 'http://c', problem: 'cannot be reached: fetch failed' },
  ])
  expect(view).toBe(`http://a
  state     ready · 6000 items · bundle b7, 0.5 h old
  pages     20/s  live 20/s
  latency   p50 10 ms  p90 82 ms  p99 98 ms
  under way 3 of 16, 0 wait for a thread
  events    3.0/s taken, 0.0/s rejected, lag 12
  rungs     without trending 2.0/s
  refused   OVERLOADED 1.0/s
  stage      mean  in   out
  retrieve  10 ms   0  1000
  machine   CPU 50 % · memory 100 MiB · event loop late by 2.00 ms

http://b
  events    folded 10/s  dead-lettered 0.5/s
  profiles  none
  dead      1 events, – records in all
  idle      0.4 s
  machine   CPU 10 % · memory – MiB · event loop late by –

http://s
  state     serving · bundle b7
  calls     Score 4.0/s
  latency   p50 5.00 ms  p90 9.00 ms  p99 9.90 ms
  answers   OK 4.0/s
  machine   CPU 10 % · memory – MiB · event loop late by –

http://c
  cannot be reached: fetch failed`)
})
