import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { accessOf, addKey } from '@explore/edge'
import { logsOf, metricsOf, observed, samplesOf, startTracing } from '@explore/observe'
import { expect, onTestFinished, test } from 'vitest'
import { restServer } from './rest-server.ts'
import { fakeService } from './testing/fake-service.ts'

const collected = () => {
  const lines: string[] = []
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(...String(chunk).trimEnd().split('\n'))
      done()
    },
  })
  return { lines, stream }
}

const VIEWER = 'viewer-who-is-nobodys-business'

const watchedServer = (level: string, more = {}) => {
  const { lines, stream } = collected()
  const metrics = metricsOf('gateway')
  const edge = restServer(
    observed(fakeService(), metrics, () => 0),
    {
      ...{ version: '0', now: () => 0, metrics, logs: logsOf('gateway', level, stream), ...more },
    },
  )
  onTestFinished(async () => {
    metrics.close()
    await edge.close()
  })
  return { edge, lines }
}

test('each request is one JSON line that tells what and how, and of no viewer', async () => {
  const { edge, lines } = watchedServer('info')
  const event = { userId: VIEWER, itemId: 'm1', type: 'like' }
  await edge.inject({ url: `/v1/explore/${VIEWER}`, headers: { 'x-request-id': 'mine-1' } })
  await edge.inject({ url: `/v1/explore/${VIEWER}?limit=0` })
  await edge.inject({ method: 'POST', url: '/v1/events', payload: [event] })
  await edge.inject({ method: 'PUT', url: `/v1/users/${VIEWER}`, payload: {} })
  await edge.inject({ url: `/v1/nothing/${VIEWER}` })
  await edge.inject({ url: '/v1/health/live' })
  await edge.inject({ url: '/metrics' })
  const told = lines.map(line => JSON.parse(line))
  expect(told.map(({ operation, status, code }) => [operation, status, code])).toEqual([
    ['explore', 200, 'OK'],
    ['explore', 400, 'LIMIT_INVALID'],
    ['recordEvents', 202, 'OK'],
    ['putUser', 200, 'OK'],
    ['none', 404, 'ROUTE_UNKNOWN'],
  ])
  expect(told[0]).toMatchObject({
    ...{ level: 'info', service: 'gateway', reqId: 'mine-1', edge: 'rest', caller: 'anyone' },
    ...{ ms: expect.any(Number), time: expect.stringMatching(/^\d{4}-/) },
  })
  expect(lines.join()).not.toContain(VIEWER)
})

test('by default only errors are logged', async () => {
  const { edge, lines } = watchedServer('error')
  await edge.inject('/v1/explore/u1?limit=0')
  await edge.inject('/v1/explore/u1')
  expect(lines).toEqual([])
})

test('requests are counted by operation and by the code that answered', async () => {
  const { edge } = watchedServer('silent')
  await edge.inject('/v1/explore/u1')
  await edge.inject('/v1/explore/u1?limit=0')
  await edge.inject('/v1/elsewhere')
  const reply = await edge.inject('/metrics')
  expect(reply.headers['content-type']).toMatch(/^text\/plain; version=0.0.4/)
  const requests = samplesOf(reply.body).filter(({ name }) => name === 'explore_requests_total')
  expect(requests.map(({ labels, value }) => [labels.operation, labels.code, value])).toEqual([
    ['explore', 'OK', 1],
    ['explore', 'LIMIT_INVALID', 1],
    ['none', 'ROUTE_UNKNOWN', 1],
  ])
  expect(reply.body).toContain('explore_pages_total{origin="live",group="new"} 1')
})

test('metrics are for who looks after the server', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-telemetry-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const keysFile = join(folder, 'keys.json')
  const ops = addKey(keysFile, { name: 'ops', role: 'admin' })
  const ann = addKey(keysFile, { name: 'ann', role: 'viewer', user: 'u1' })
  const access = accessOf({ environment: {}, keysFile, now: () => 0, tell: () => {} })
  const { edge } = watchedServer('silent', { access })
  const status = async (key?: string) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    return (await edge.inject({ url: '/metrics', headers })).statusCode
  }
  expect([await status(), await status(ann), await status(ops)]).toEqual([401, 403, 200])
})

test('a request bears the trace of its caller into its line, and its steps into spans', async () => {
  const { InMemorySpanExporter, SimpleSpanProcessor } = await import('@opentelemetry/sdk-trace')
  const exporter = new InMemorySpanExporter()
  onTestFinished(await startTracing('test', {}, new SimpleSpanProcessor({ exporter })))
  const { edge, lines } = watchedServer('info')
  const traceId = 'c'.repeat(32)
  const traceparent = `00-${traceId}-${'d'.repeat(16)}-01`
  await edge.inject({ url: '/v1/explore/u1', headers: { traceparent } })
  await edge.inject({ url: '/v1/explore/u1?limit=0', headers: { traceparent } })
  expect(lines.map(line => JSON.parse(line).traceId)).toEqual([traceId, traceId])
  const spans = exporter.getFinishedSpans()
  expect(spans.every(span => span.spanContext().traceId === traceId)).toBe(true)
  expect(spans.map(({ name }) => name)).toEqual([
    ...['retrieve', 'filter', 'first-stage', 'keep by light', 'second-stage', 'value-model'],
    ...['assemble', 'explore', 'explore'],
  ])
})
