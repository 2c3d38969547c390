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
  // The exporter reads the endpoint, its headers and its time-out from the environment by itself.
  processor: SpanProcessor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }),
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
