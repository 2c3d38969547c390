import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import type { Home } from '@explore/embedded'
import { type ExploreError, type Page, settingsFrom } from '@explore/explore'
import { requestSpan, startTracing } from '@explore/observe'
import { healthOf } from '@explore/rpc'
import { authority, whyNoCertificates } from '@explore/rpc/testing'
import { tinyHome } from '@explore/testkit/home'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { pagesOf } from './fleet-pages.ts'
import { serveStage } from './serve-stage.ts'

const NOW = Date.UTC(2026, 5, 1)
const settings = settingsFrom({ 'page.deadlineMs': 60_000, 'page.sourcesMs': 60_000 })
const why = whyNoCertificates()

let folder: string
let home: Home
let ours: ReturnType<typeof authority>
beforeAll(async () => {
  if (why !== undefined) return
  folder = mkdtempSync(join(tmpdir(), 'explore-fleet-tls-'))
  home = await tinyHome(join(folder, 'home'), { end: NOW - 3_600_000, bundles: ['only'] })
  await promoteBundle(home.bundles, 'only')
  ours = authority(folder, 'ours')
})
beforeEach(({ skip }) => skip(why !== undefined, why))
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
afterAll(() => folder && rmSync(folder, { recursive: true, force: true }))

/** What the environment of a service with a certificate of its name says. */
const secrets = (name: string, peers?: string): Record<string, string> => {
  const { ca, cert, key } = ours.issue(`DNS:${name}`)
  const files = { EXPLORE_TLS_CA: ca, EXPLORE_TLS_CERT: cert, EXPLORE_TLS_KEY: key }
  return { ...files, ...(peers && { EXPLORE_TLS_PEERS: peers }) }
}

/** The second stage as a service with the certificate of `name`, which the gateway may call. */
const secondStage = async (name: string): Promise<string> => {
  const server = await serveStage(home, 'second-stage-mtml', {
    ...{ host: '127.0.0.1', port: 0, environment: secrets(name, 'gateway'), wall: Date.now },
    onError: () => {},
  })
  closing.push(server.close)
  return server.url
}

/** A page by a gateway with that environment, and what it heard of its certificates. */
const pageBy = async (environment: Record<string, string>): Promise<Page> => {
  const problems: (ExploreError | undefined)[] = []
  const pool = pagesOf(environment, Date.now, problem => problems.push(problem))!(home, {
    wanted: { current: 'only', previous: undefined },
    task: () => ({
      call: { now: NOW, wall: NOW, requestId: 'r' },
      inForce: { settings, version: 0 },
    }),
    tell: () => {},
  })
  closing.push(pool.close)
  await pool.ready()
  return (await pool.page({ userId: 'u1', limit: 5 })).page
}

it('stages are asked by who may ask them, of who they are; all else is a rung of the ladder', async () => {
  const EXPLORE_SECOND_STAGE_MTML = await secondStage('second-stage-mtml')
  const at = { EXPLORE_SECOND_STAGE_MTML }
  expect((await pageBy({ ...at, ...secrets('gateway') })).degraded).toEqual([])
  // Whole, and flagged: by the stage that did not answer, or by the bundle that could not be had there.
  const without = { items: { length: 5 }, degraded: { length: 1 } }
  expect(await pageBy({ ...at, ...secrets('stranger') })).toMatchObject(without)
  expect(await pageBy(at)).toMatchObject(without)

  const impostor = { EXPLORE_SECOND_STAGE_MTML: await secondStage('first-stage') }
  expect(await pageBy({ ...impostor, ...secrets('gateway') })).toMatchObject(without)
}, 120_000)

it('a stage with certificates tells its health in plain text', async () => {
  const environment = { ...secrets('first-stage', 'gateway'), EXPLORE_HEALTH_PORT: '0' }
  const server = await serveStage(home, 'first-stage', {
    ...{ host: '127.0.0.1', port: 0, environment, wall: Date.now },
    onError: () => {},
  })
  closing.push(server.close)
  const asked = { most: 5000, wall: Date.now }
  expect(await healthOf(server.healthUrl!, asked)).toBe('serving')
  expect(await healthOf(server.url, asked)).toBe('unreachable')
}, 120_000)

it('a request is one trace through all services', async () => {
  const exporter = new InMemorySpanExporter()
  closing.push(await startTracing('test', {}, new SimpleSpanProcessor({ exporter })))
  const EXPLORE_SECOND_STAGE_MTML = await secondStage('second-stage-mtml')
  const span = requestSpan('explore', { get: () => undefined })
  await span.within(() => pageBy({ EXPLORE_SECOND_STAGE_MTML, ...secrets('gateway') }))
  span.end({ code: 'OK', failed: false })
  const calls = exporter
    .getFinishedSpans()
    .filter(({ name }) => name.startsWith('explore.v1.SecondStage'))
    .filter(call => call.spanContext().traceId === span.traceId)
  expect(calls.length).toBeGreaterThan(0)
}, 120_000)
