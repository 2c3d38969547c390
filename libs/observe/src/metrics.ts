import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  type Metric,
  METRICS,
  type Teller,
} from './catalogue.ts'

/** How finely the event loop is looked at, in milliseconds. */
const RESOLUTION = 20

/** The metrics of one process: those of the catalogue that are its own, and no others. */
export const metricsOf = (teller: Teller) => {
  const registry = new Registry()
  const made = new Map<string, Counter | Gauge | Histogram>()
  for (const [name, metric] of Object.entries<Metric>(METRICS)) {
    if (!metric.by.includes(teller)) continue
    const options = { name, help: metric.help, labelNames: metric.labels, registers: [registry] }
    if (metric.type === 'counter') made.set(name, new Counter(options))
    if (metric.type === 'gauge') made.set(name, new Gauge(options))
    if (metric.type === 'histogram') {
      made.set(name, new Histogram({ ...options, buckets: [...metric.buckets] }))
    }
  }
  const named = <T>(name: string): T => {
    const metric = made.get(name)
    if (metric === undefined) throw new RangeError(`${teller} does not tell ${name}`)
    return metric as T
  }
  const collectors: (() => void | Promise<void>)[] = []
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION })
  loop.enable()

  const metrics = {
    count: <K extends CounterName>(name: K, labels: LabelsOf<K>, by = 1): void =>
      named<Counter>(name).inc(labels, by),
    /** A counter that is kept elsewhere, as it stands now. */
    total: <K extends CounterName>(name: K, labels: LabelsOf<K>, value: number): void => {
      const counter = named<Counter>(name)
      counter.remove(labels)
      counter.inc(labels, value)
    },
    set: <K extends GaugeName>(name: K, labels: LabelsOf<K>, value: number): void =>
      named<Gauge>(name).set(labels, value),
    /** Takes back all values of a gauge, whose labels were of their time. */
    reset: (name: GaugeName): void => named<Gauge>(name).reset(),
    observe: <K extends HistogramName>(name: K, labels: LabelsOf<K>, seconds: number): void =>
      named<Histogram>(name).observe(labels, seconds),
    /** Has `collect` run before each exposition: what is only known when one looks. */
    collect: (collect: () => void | Promise<void>): void => void collectors.push(collect),
    contentType: registry.contentType,
    /** The exposition, in Prometheus's text format. */
    text: async (): Promise<string> => {
      for (const collect of collectors) await collect()
      return registry.metrics()
    },
    close: (): void => void loop.disable(),
  }
  metrics.collect(() => {
    const { user, system } = process.cpuUsage()
    metrics.total('explore_process_cpu_seconds_total', {}, (user + system) / 1e6)
    metrics.set('explore_process_resident_bytes', {}, process.memoryUsage.rss())
    // The monitor counts from one look of its own to the next: that much is no delay.
    const late = Math.max(0, loop.max / 1e6 - RESOLUTION)
    metrics.set('explore_event_loop_delay_seconds', {}, late / 1000)
    loop.reset()
  })
  return metrics
}

export type Metrics = ReturnType<typeof metricsOf>
