import { setTimeout } from 'node:timers/promises'
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

/** The last spans may take so long to be sent. */
const FLUSH_MS = 2000

/** Sets up the SDK for this process; loaded only where somebody wants traces. */
export const openTracing = async (
  service: string,
  environment: Readonly<Record<string, string | undefined>>,
  processor: SpanProcessor = new BatchSpanProcessor({
    // It reads its headers and its time-out from the process's environment by itself.
    exporter: new OTLPTraceExporter({ url: urlOf(environment) }),
  }),
): Promise<() => Promise<void>> => {
  const share = Number(environment.OTEL_TRACES_SAMPLER_ARG ?? 1)
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': environment.OTEL_SERVICE_NAME ?? service }),
    // Who began a trace has decided whether it is kept.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [processor],
  })
  const contexts = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(contexts)
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  return async () => {
    // A collector that is away must not keep the server from ending.
    const flushed = provider.shutdown().catch(() => {})
    await Promise.race([flushed, setTimeout(FLUSH_MS, undefined, { ref: false })])
    trace.disable()
    propagation.disable()
    context.disable()
  }
}

/** As OpenTelemetry defines it: the endpoint of traces as it is, the one of all signals with their path. */
const urlOf = (environment: Readonly<Record<string, string | undefined>>): string =>
  environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
  `${environment.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '')}/v1/traces`
