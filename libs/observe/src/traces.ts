import type { PageWatch, StepTrace } from '@explore/explore'
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'

/** The headers or metadata that a trace context travels by. */
export interface Carrier {
  readonly get: (name: string) => string | undefined
  readonly set: (name: string, value: string) => void
}

const GETTER: TextMapGetter<Carrier> = {
  get: (carrier, name) => carrier.get(name),
  keys: () => [],
}
const SETTER: TextMapSetter<Carrier> = { set: (carrier, name, value) => carrier.set(name, value) }

const tracer = () => trace.getTracer('explore')

/** One request's span; without a configured exporter it costs next to nothing and tells nothing. */
export interface RequestSpan {
  /** Empty where nobody traces. */
  readonly traceId: string
  /** Runs `work` as part of the request: what it calls joins its trace. */
  readonly within: <T>(work: () => T) => T
  /** Makes a span of each step of the funnel, with its counts; undefined where nobody traces. */
  readonly watch: PageWatch | undefined
  readonly end: (outcome: { readonly code: string; readonly failed: boolean }) => void
}

const NO_SPAN: RequestSpan = {
  traceId: '',
  within: work => work(),
  watch: undefined,
  end: () => {},
}

let tracing = false

/** Begins the span of a request that came in, as a child of its caller's where `carrier` bears one. */
export const requestSpan = (name: string, carrier: Pick<Carrier, 'get'>): RequestSpan => {
  if (!tracing) return NO_SPAN
  const caller = propagation.extract(ROOT_CONTEXT, { ...carrier, set: () => {} }, GETTER)
  const span = tracer().startSpan(name, { kind: SpanKind.SERVER }, caller)
  const own = trace.setSpan(caller, span)
  return {
    traceId: span.spanContext().traceId,
    within: work => context.with(own, work),
    watch: { steps: (steps, startedAt) => spansOf(steps, startedAt, own) },
    end: ({ code, failed }) => {
      span.setAttribute('explore.code', code)
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR, message: code })
      span.end()
    },
  }
}

/** Puts the trace of the request under way into what goes out to another service. */
export const injectTrace = (carrier: Pick<Carrier, 'set'>): void => {
  if (tracing) propagation.inject(context.active(), carrier as Carrier, SETTER)
}

/** Runs `work` in a span of its own, a child of the request's. */
export const within = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  if (!tracing) return work()
  const span: Span = tracer().startSpan(name)
  try {
    return await context.with(trace.setSpan(context.active(), span), work)
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: String((error as Error).name) })
    throw error
  } finally {
    span.end()
  }
}

/** Steps run one after the other: each begins where the last one ended. */
const spansOf = (steps: readonly StepTrace[], startedAt: number, parent: Context): void => {
  let at = startedAt
  for (const { step, kind, in: before, out, ms, counts, rung } of steps) {
    const attributes: Record<string, string | number> = {
      'explore.kind': kind,
      'explore.in': before,
      'explore.out': out,
    }
    for (const name in counts) attributes[`explore.count.${name}`] = counts[name]!
    if (rung !== undefined) attributes['explore.rung'] = rung
    const span = tracer().startSpan(step, { startTime: at, attributes }, parent)
    at += ms
    span.end(at)
  }
}

/**
 * Starts tracing where the environment names an OTLP endpoint (OTEL_EXPORTER_OTLP_ENDPOINT or its _TRACES_ form), or
 * `processor` is given; resolves with what flushes and ends it. OTEL_TRACES_SAMPLER_ARG: the share of traces begun here.
 */
export const startTracing = async (
  service: string,
  environment: Readonly<Record<string, string | undefined>>,
  processor?: SpanProcessor,
): Promise<() => Promise<void>> => {
  const named =
    environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_ENDPOINT
  if (processor === undefined && named === undefined) return async () => {}
  const { openTracing } = await import('./open-tracing.ts')
  const close = await openTracing(service, environment, processor)
  tracing = true
  return async () => {
    tracing = false
    await close()
  }
}
