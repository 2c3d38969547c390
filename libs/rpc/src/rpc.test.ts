import { ExploreError } from '@explore/explore'
import { requestSpan, startTracing } from '@explore/observe'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { healthOf } from './health-of.ts'
import { loadProtos, serviceOf } from './protos.ts'
import { rpcClient } from './rpc-client.ts'
import { errorOfStatus, grpcCodeOf, statusOf } from './rpc-error.ts'
import { type Handler, rpcServer } from './rpc-server.ts'

const protos = loadProtos('explore/testing/v1/echo.proto')
const definition = serviceOf(protos, 'explore.testing.v1.EchoService')

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const started = async (echo: Handler<object>) => {
  const server = rpcServer({
    ...{ protos, services: [{ definition, handlers: { Echo: echo } }], now: Date.now },
    errorOf: thrown =>
      thrown instanceof ExploreError ? thrown : new ExploreError('INTERNAL', String(thrown)),
  })
  closing.push(() => server.close(100))
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  const address = `grpc://127.0.0.1:${port}`
  const client = rpcClient(definition, address)
  closing.push(() => client.close())
  return { server, client, address, port }
}

const soon = (): number => Date.now() + 20_000

describe('a call', () => {
  it('carries bytes and text there and back', async () => {
    const { client } = await started(request => request)
    const request = { text: 'größer', bytes: Buffer.from([0, 255, 7]) }
    await expect(client.call('Echo', request, { deadline: soon() })).resolves.toEqual(request)
  })

  it('hands on an error with its code, field and hint', async () => {
    const thrown = new ExploreError('LIMIT_INVALID', 'limit must be …', {
      field: 'limit',
      hint: 'h',
    })
    const { client } = await started(() => {
      throw thrown
    })
    await expect(client.call('Echo', {}, { deadline: soon() })).rejects.toMatchObject({
      ...{ code: 'LIMIT_INVALID', message: 'limit must be …', field: 'limit', hint: 'h' },
      ...{ status: 400, cause: { code: status.INVALID_ARGUMENT } },
    })
  })

  it('tells the callee its deadline, and is refused when that has passed', async () => {
    const { client } = await started((_, { deadline }) => ({ text: String(deadline) }))
    const deadline = soon()
    const answer = await client.call<{ readonly text: string }>('Echo', {}, { deadline })
    expect(Math.abs(Number(answer.text) - deadline)).toBeLessThan(5000)
    await expect(client.call('Echo', {}, { deadline: Date.now() - 1 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
  })

  it('that is called off rejects with the reason, and its handler hears of it', async () => {
    const heard = Promise.withResolvers<unknown>()
    const begun = Promise.withResolvers<void>()
    const { client } = await started((_, { signal }) => {
      begun.resolve()
      return new Promise(() => signal.addEventListener('abort', () => heard.resolve(signal.reason)))
    })
    const caller = new AbortController()
    const call = client.call('Echo', {}, { deadline: soon(), signal: caller.signal })
    const reason = new Error('not needed any more')
    void begun.promise.then(() => caller.abort(reason))
    await expect(call).rejects.toBe(reason)
    await expect(heard.promise).resolves.toMatchObject({ name: 'AbortError' })
  })

  it('of more than 4 MiB is refused, and the next one is served', async () => {
    const { client } = await started(request => request)
    const large = { bytes: Buffer.alloc(4 * 1024 * 1024 + 1) }
    await expect(client.call('Echo', large, { deadline: soon() })).rejects.toMatchObject({
      code: 'BODY_TOO_LARGE',
    })
    await expect(client.call('Echo', { text: 'a' }, { deadline: soon() })).resolves.toMatchObject({
      text: 'a',
    })
  })

  it('joins the trace of its caller, and so does what it calls', async () => {
    const exporter = new InMemorySpanExporter()
    closing.push(await startTracing('test', {}, new SimpleSpanProcessor({ exporter })))
    const inner = await started(request => request)
    const outer = await started(() =>
      inner.client.call('Echo', { text: 'b' }, { deadline: soon() }),
    )
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const request = requestSpan('page', { get: () => traceparent })
    await request.within(() => outer.client.call('Echo', {}, { deadline: soon() }))
    request.end({ code: 'OK', failed: false })
    const spans = exporter.getFinishedSpans()
    expect(spans.map(({ name }) => name)).toEqual([
      ...Array.from({ length: 2 }, () => 'explore.testing.v1.EchoService/Echo'),
      'page',
    ])
    const [innermost, middle, page] = spans
    expect(new Set(spans.map(span => span.spanContext().traceId))).toEqual(
      new Set(['a'.repeat(32)]),
    )
    expect(innermost!.parentSpanContext!.spanId).toBe(middle!.spanContext().spanId)
    expect(middle!.parentSpanContext!.spanId).toBe(page!.spanContext().spanId)
  })

  it('to nobody says which service is not there', async () => {
    const client = rpcClient(definition, 'grpc://127.0.0.1:1')
    closing.push(() => client.close())
    await expect(client.call('Echo', {}, { deadline: soon() })).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
    })
  })
})

describe('a server', () => {
  it('is healthy once it says so', async () => {
    const { server, address } = await started(request => request)
    const state = () => healthOf(address, { most: 20_000, wall: Date.now })
    await expect(state()).resolves.toBe('not serving')
    server.setServing(true)
    await expect(state()).resolves.toBe('serving')
    await server.close(0)
    await expect(healthOf(address, { most: 2000, wall: Date.now })).resolves.toBe('unreachable')
  })

  it('ends calls under way, and refuses a taken port', async () => {
    const { server, client, port } = await started(() => new Promise(() => {}))
    const other = rpcServer({
      ...{ protos, services: [], now: Date.now },
      errorOf: () => new ExploreError('INTERNAL', ''),
    })
    await expect(other.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    })
    const call = client.call('Echo', {}, { deadline: soon() })
    const failed = expect(call).rejects.toBeInstanceOf(ExploreError)
    await server.close(0)
    await failed
  })
})

describe('errors', () => {
  it('have a gRPC code each, and only what may be sent again is UNAVAILABLE', () => {
    expect(grpcCodeOf('CURSOR_INVALID')).toBe(status.INVALID_ARGUMENT)
    expect(grpcCodeOf('BUNDLE_MISSING')).toBe(status.FAILED_PRECONDITION)
    expect(grpcCodeOf('OVERLOADED')).toBe(status.RESOURCE_EXHAUSTED)
    expect(grpcCodeOf('SHUTTING_DOWN')).toBe(status.UNAVAILABLE)
  })

  it('with details that are none are known by their gRPC code', () => {
    const { metadata } = statusOf(new ExploreError('ITEM_UNKNOWN', 'x'))
    metadata.set('grpc-status-details-bin', Buffer.from([255, 255, 255]))
    const failed = Object.assign(new Error('x'), { code: 4, details: 'late', metadata })
    expect(errorOfStatus(failed)).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'late' })
  })

  it.each(['http://a:1', 'grpc://', 'grpc://a', 'grpc://a:1,b:2', 'grpc://a:1/path'])(
    'refuse the address %s',
    address => {
      expect(() => rpcClient(definition, address)).toThrow(
        expect.objectContaining({ code: 'SETTING_INVALID' }),
      )
    },
  )
})
