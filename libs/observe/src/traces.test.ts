import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { expect, onTestFinished, test } from 'vitest'
import { injectTrace, requestSpan, startTracing, within } from './traces.ts'

const CALLER = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`
const carrierOf = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] })
const STEPS = [
  { step: 'retrieve', kind: 'retrieve', in: 0, out: 30, ms: 2, counts: { fresh: 20 } },
  { step: 'first stage', kind: 'lookup', in: 30, out: 30, ms: 3, rung: 'retrieval order' },
] as const

const tracing = async (environment = {}) => {
  const exporter = new InMemorySpanExporter()
  const end = await startTracing('test', environment, new SimpleSpanProcessor({ exporter }))
  onTestFinished(end)
  return exporter
}

test('nobody traces unless the environment says so', async () => {
  onTestFinished(await startTracing('test', {}))
  const span = requestSpan('page', carrierOf({ traceparent }))
  expect([span.traceId, span.watch]).toEqual(['', undefined])
  const sent: Record<string, string> = {}
  span.within(() => injectTrace({ set: (name, value) => void (sent[name] = value) }))
  expect(sent).toEqual({})
})

test("a request is one trace: its caller's, with its steps, what it calls, and what that sends on", async () => {
  const exporter = await tracing()
  const span = requestSpan('page', carrierOf({ traceparent }))
  const sent: Record<string, string> = {}
  await span.within(() =>
    within('lookup', async () => {
      await new Promise(resolve => setImmediate(resolve))
      injectTrace({ set: (name, value) => void (sent[name] = value) })
    }),
  )
  span.watch!.steps(STEPS, 1_000_000)
  span.end({ code: 'OK', failed: false })

  const spans = exporter.getFinishedSpans()
  const named = (name: string) => spans.find(span => span.name === name)!
  expect(spans.map(({ name }) => name).sort()).toEqual([
    'first stage',
    'lookup',
    'page',
    'retrieve',
  ])
  expect(new Set(spans.map(span => span.spanContext().traceId))).toEqual(new Set([CALLER.traceId]))
  expect(named('page').parentSpanContext?.spanId).toBe(CALLER.spanId)
  const root = named('page').spanContext().spanId
  for (const name of ['first stage', 'lookup', 'retrieve']) {
    expect(named(name).parentSpanContext?.spanId).toBe(root)
  }
  expect(sent.traceparent).toBe(`00-${CALLER.traceId}-${named('lookup').spanContext().spanId}-01`)
  expect(named('retrieve').attributes).toMatchObject({
    'explore.out': 30,
    'explore.count.fresh': 20,
  })
  expect(named('first stage').attributes['explore.rung']).toBe('retrieval order')
  expect(named('first stage').startTime).toEqual(named('retrieve').endTime)
})

test.each(['garbage', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, '', 'x'.repeat(10_000)])(
  'the header %.40j begins a trace of its own',
  async traceparent => {
    const exporter = await tracing()
    const span = requestSpan('page', carrierOf({ traceparent }))
    span.end({ code: 'INTERNAL', failed: true })
    const [only] = exporter.getFinishedSpans()
    expect(only!.parentSpanContext).toBeUndefined()
    expect(only!.status.message).toBe('INTERNAL')
  },
)

test('a share of the traces is kept, and what a caller decided stands', async () => {
  const exporter = await tracing({ OTEL_TRACES_SAMPLER_ARG: '0' })
  requestSpan('page', carrierOf({})).end({ code: 'OK', failed: false })
  expect(exporter.getFinishedSpans()).toEqual([])
  requestSpan('page', carrierOf({ traceparent })).end({ code: 'OK', failed: false })
  expect(exporter.getFinishedSpans().length).toBe(1)
})

test('what fails in a span is told by its kind, not by its words', async () => {
  const exporter = await tracing()
  const failing = within('lookup', () => Promise.reject(new TypeError('of viewer u1')))
  await expect(failing).rejects.toThrow('u1')
  expect(JSON.stringify(exporter.getFinishedSpans()[0]!.status)).not.toContain('u1')
})

test('an endpoint in the environment is where spans go', async () => {
  const got: string[] = []
  const collector = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => (body += chunk))
    request.on('end', () => {
      got.push(`${request.url} ${body}`)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  onTestFinished(() => void collector.close())
  const { port } = collector.address() as AddressInfo
  const end = await startTracing('test', {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
  })
  const span = requestSpan('page', carrierOf({}))
  span.watch!.steps(STEPS, 1_000_000)
  span.end({ code: 'OK', failed: false })
  await end()
  expect(got.length).toBe(1)
  expect(got[0]).toMatch(/^\/v1\/traces /)
  for (const name of ['"page"', '"retrieve"', '"first stage"', span.traceId]) {
    expect(got[0]).toContain(name)
  }
})

test('a collector that is away stops nothing', async () => {
  const end = await startTracing('test', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  requestSpan('page', carrierOf({})).end({ code: 'OK', failed: false })
  await end()
})
