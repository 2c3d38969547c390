import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { EXPLORE, kafkaImage, output, prometheusImage, redisImage } from '@explore/images'
import { whyNoImage, whyNoPodman } from '@explore/images'
import { restClient } from '@explore/rest'
import { freePort, podmanEnvironment, type ServerProcess, serverProcess } from '@explore/servers'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { chartTool, whyNoTool } from './chart/chart-tools.ts'

const run = promisify(execFile)
const FILE = join(import.meta.dirname, '../deploy/compose.yaml')
const SOON = { timeout: 240_000, interval: 1000 }
/** All but Grafana, of which there is no image without a registry. */
const SERVICES = [
  ...['gateway', 'retrieval-sources', 'first-stage', 'second-stage-mtml', 'value-model-rerank'],
  ...['ann-index', 'stream-processor', 'kafka', 'redis', 'prometheus'],
]
const OURS = SERVICES.slice(0, -3)

const why = process.env.EXPLORE_COMPOSE
  ? (whyNoTool('docker-compose') ?? whyNoPodman() ?? (await whyNoImage()))
  : 'only asked for by npm run test:compose'

const folder = mkdtempSync(join(tmpdir(), 'explore-compose-up-'))
const project = `explore-compose-${process.pid}`
const socket = join(folder, 'socket')
const other = join(folder, 'other.yaml')
let engine: ServerProcess
let tool: string
let ports: { readonly gateway: number; readonly prometheus: number }
let done = false
let checking: Promise<void>

const compose = async (...args: readonly string[]): Promise<string> => {
  const environment = { ...process.env, DOCKER_HOST: `unix://${socket}`, EXPLORE_IMAGE: EXPLORE }
  const files = ['-p', project, '-f', FILE, '-f', other]
  const options = { env: environment, maxBuffer: 2 ** 26 }
  return (await run(tool, [...files, ...args], options)).stdout
}

const containers = async (...flags: readonly string[]): Promise<readonly string[]> => {
  const ours = ['--filter', `label=com.docker.compose.project=${project}`, '--format', '{{.Names}}']
  return (await output('podman', ['ps', ...ours, ...flags])).split('\n').filter(Boolean)
}
const stateOf = (service: string, template: string): Promise<string> =>
  output('podman', ['inspect', '--format', template, `${project}-${service}-1`])

/** What podman has systemd do: asks each container its own health check, again and again. */
const checkHealth = async (): Promise<void> => {
  while (!done) {
    for (const name of await containers().catch(() => [])) {
      await output('podman', ['healthcheck', 'run', name]).catch(() => '')
    }
    await sleep(1000)
  }
}

beforeEach(({ skip }) => skip(why !== undefined, why))
beforeAll(async () => {
  if (why !== undefined) return
  tool = await chartTool('docker-compose')
  for (const image of [kafkaImage, redisImage, prometheusImage]) await image()
  engine = serverProcess('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
    env: { ...podmanEnvironment(), DISABLE_HC_SYSTEMD: 'true' },
    background: true,
  })
  while (!existsSync(socket)) {
    if (!engine.running()) throw new Error('podman system service ended')
    await sleep(50)
  }
  ports = { gateway: await freePort(), prometheus: await freePort() }
  const lines = [
    'services:',
    // A busy machine is no reason for a page of less.
    ...OURS.flatMap(service => [
      `  ${service}:`,
      "    environment: { EXPLORE_SET_PAGE_DEADLINE_MS: '8000', EXPLORE_SET_PAGE_SOURCES_MS: '5000' }",
      ...(service === 'gateway'
        ? [`    ports: !override ['127.0.0.1:${ports.gateway}:8080']`]
        : []),
    ]),
    `  prometheus: { ports: !override ['127.0.0.1:${ports.prometheus}:9090'] }`,
  ]
  writeFileSync(other, `${lines.join('\n')}\n`)
  checking = checkHealth()
}, 3_600_000)
afterAll(async () => {
  done = true
  await checking
  if (ports !== undefined) await compose('--profile', 'jobs', 'down', '--volumes', '--timeout', '1')
  await engine?.end('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}, 300_000)

it('starts in its order, fills itself, serves what the models say, reacts, is scraped and stops', async () => {
  await compose('up', '--detach', '--pull', 'never', ...SERVICES)
  expect(await stateOf('topics', '{{.State.Status}} {{.State.ExitCode}}')).toBe('exited 0')
  const url = `http://127.0.0.1:${ports.gateway}`
  await expect.poll(() => fetch(`${url}/v1/health/live`).then(({ ok }) => ok), SOON).toBe(true)
  const service = await restClient(url)
  const page = () => service.page({ userId: 'u1', limit: 20 })

  const small = ['--demo-items', '600', '--demo-users', '120']
  await compose('run', '--rm', 'demo', 'start', '--no-serve', ...small)
  await expect.poll(async () => (await page()).degraded, SOON).toEqual([])
  const served = await page()
  expect(served).toMatchObject({ items: { length: 20 }, bundle: expect.any(String) })
  for (const name of OURS) {
    const health = () => stateOf(name, '{{.State.Health.Status}}')
    await expect.poll(health, { ...SOON, message: name }).toBe('healthy')
  }
  const { itemId } = served.items[0]!
  const ids = async () => (await page()).items.map(item => item.itemId)
  expect(await ids()).toContain(itemId)
  const [verdict] = await service.record([{ userId: 'u1', itemId, type: 'like' }])
  expect(verdict!.status).toBe('accepted')
  await expect.poll(ids, SOON).not.toContain(itemId)

  const prometheus = `http://127.0.0.1:${ports.prometheus}/api/v1`
  const targets = async () => {
    const { data } = (await (await fetch(`${prometheus}/targets`)).json()) as {
      data: { activeTargets: { labels: { instance: string }; health: string }[] }
    }
    const up = data.activeTargets.filter(({ health }) => health === 'up')
    return up.map(({ labels }) => labels.instance.split(':')[0]).sort()
  }
  await expect.poll(targets, SOON).toEqual([...OURS].sort())
  const rules = (await (await fetch(`${prometheus}/rules`)).json()) as {
    data: { groups: object[] }
  }
  expect(rules.data.groups.length).toBeGreaterThan(0)

  // Again, with what it kept: events in Kafka, state in Redis, bundles on their volume.
  await compose('stop')
  for (const name of OURS) expect(await stateOf(name, '{{.State.ExitCode}}'), name).toBe('0')
  await compose('start', ...SERVICES)
  await expect
    .poll(() => page().then(({ bundle, degraded }) => [bundle, ...degraded], String), SOON)
    .toEqual([served.bundle])
  expect(await ids()).not.toContain(itemId)
}, 1_800_000)
