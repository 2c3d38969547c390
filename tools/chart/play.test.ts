import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { generateKeyPairSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { environmentName, type Event } from '@explore/explore'
import { EXPLORE, output, whyNoImage, whyNoPodman } from '@explore/images'
import { restClient } from '@explore/rest'
import { healthOf } from '@explore/rpc'
import { hasCommand, startKafka, startRedis, startS3 } from '@explore/servers'
import { whyNoKafka, whyNoRedis, whyNoS3 } from '@explore/servers'
import { OPEN_GATES, tinyEvents, tinyItems } from '@explore/testkit/home'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { chartTool, whyNoTool } from './chart-tools.ts'
import { playable, type PlayablePod } from './playable.ts'
import { BASE, over } from './toggles.ts'

const run = promisify(execFile)
const CHART = join(import.meta.dirname, '../../deploy/chart')
const SOON = { timeout: 180_000, interval: 500 }

const why =
  whyNoTool('helm') ??
  whyNoPodman() ??
  (hasCommand('catatonit') ? undefined : 'no catatonit, which podman makes pods with') ??
  (await whyNoImage()) ??
  whyNoKafka({ own: true }) ??
  whyNoRedis({ own: true }) ??
  whyNoS3()

const folder = mkdtempSync(join(tmpdir(), 'explore-play-'))
const network = `explore-play-${process.pid}`
const closing: (() => Promise<unknown>)[] = []
/** What the chart renders, by name. */
let pods: ReadonlyMap<string, PlayablePod>

beforeEach(({ skip }) => skip(why !== undefined, why))
beforeAll(async () => {
  if (why !== undefined) return
  await output('podman', ['network', 'create', network])
  closing.push(() => output('podman', ['network', 'rm', '--force', network]))
  const gateway = ['network', 'inspect', '--format', '{{(index .Subnets 0).Gateway}}', network]
  // By this address containers reach what runs on this machine.
  const host = await output('podman', gateway)
  const [kafka, redis, s3] = await Promise.all([
    startKafka({ local: true, advertised: host }),
    startRedis({ local: true, settings: ['--bind', '0.0.0.0', '--protected-mode', 'no'] }),
    startS3({ host: '0.0.0.0' }),
  ])
  closing.push(kafka.stop, redis.stop, s3.stop)
  await s3.bucket('models')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const store = redis.url.replace('127.0.0.1', host)
  const secrets = {
    kafka: { url: kafka.url },
    redis: { url: store },
    s3: { AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' },
    signing: {
      'key.pem': `${privateKey.export({ type: 'pkcs8', format: 'pem' })}`,
      'public.pem': `${publicKey.export({ type: 'spki', format: 'pem' })}`,
    },
  }
  for (const [secret, held] of Object.entries(secrets)) {
    mkdirSync(join(folder, secret))
    for (const [key, text] of Object.entries(held)) writeFileSync(join(folder, secret, key), text)
  }
  const values = over(BASE, {
    image: { repository: EXPLORE.split(':')[0], tag: EXPLORE.split(':')[1], pullPolicy: 'Never' },
    bundles: {
      url: `s3://models/explore?endpoint=${s3.endpoint.replace('127.0.0.1', host)}&every=1`,
      credentialsSecret: 's3',
    },
    settings: {
      ...Object.fromEntries(Object.entries(OPEN_GATES).map(([k, v]) => [environmentName(k), v])),
      EXPLORE_SET_PAGE_DEADLINE_MS: 8000,
      EXPLORE_SET_PAGE_SOURCES_MS: 5000,
      EXPLORE_SET_FRESH_MAX_AGE_HOURS: 100_000,
    },
  })
  const file = join(folder, 'values.json')
  writeFileSync(file, JSON.stringify(values))
  const preset = join(CHART, 'values-small.yaml')
  const rendered = await run(await chartTool('helm'), [
    ...['template', 'shop', CHART, '--kube-version', '1.34.0', '-f', preset, '-f', file],
  ])
  const all = playable(rendered.stdout, secrets, folder)
  pods = new Map(all.map(pod => [pod.name, pod]))
}, 600_000)
afterAll(async () => {
  const ours = [...(pods?.keys() ?? [])]
  if (ours.length > 0) {
    await output('podman', ['pod', 'rm', '--force', '--ignore', '--time', '1', ...ours])
  }
  for (const close of closing.toReversed()) await close()
  rmSync(folder, { recursive: true, force: true })
}, 120_000)

const play = async (name: string): Promise<void> => {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(file, pods.get(name)!.yaml)
  await output('podman', ['kube', 'play', '--quiet', '--network', network, file])
}

/** Runs a job to its end, which must be a good one. */
const done = async (name: string): Promise<void> => {
  await play(name)
  const container = pods.get(name)!.containers.at(-1)!
  const code = await output('podman', ['wait', container])
  if (code !== '0') throw new Error(`${name}: ${code}\n${await logs(container)}`)
  await output('podman', ['pod', 'rm', '--force', name])
}

const logs = async (container: string): Promise<string> => {
  const { stdout, stderr } = await run('podman', ['logs', '--tail', '30', container])
  return stdout + stderr
}

const addressOf = async (name: string): Promise<string> => {
  const infra = await output('podman', ['pod', 'inspect', '-f', '{{.InfraContainerID}}', name])
  const address = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
  return output('podman', ['inspect', '--format', address, infra])
}

it('what it renders starts, trains, serves what the models say, folds, passes its test and drains', async () => {
  const services = [...pods.values()].filter(({ kind }) => kind === 'Deployment')
  expect(services.map(({ name }) => name.replace('shop-explore-', '')).sort()).toEqual([
    ...['ann-index-0', 'first-stage', 'gateway', 'retrieval-sources', 'second-stage-mtml'],
    ...['stream-processor', 'value-model-rerank'],
  ])
  await done('shop-explore-topics')
  for (const { name } of services) await play(name)
  const gateway = 'shop-explore-gateway'
  const url = `http://${await addressOf(gateway)}:8080`
  await expect.poll(() => fetch(`${url}/v1/health/live`).then(({ ok }) => ok), SOON).toBe(true)

  const service = await restClient(url)
  await service.putItems(tinyItems())
  const take = async (events: Event[]): Promise<void> => {
    while (events.length > 0) {
      const verdicts = await service.record(events.splice(0, 1000))
      expect(verdicts.every(({ status }) => status === 'accepted')).toBe(true)
    }
  }
  const trained = Date.now() - 6 * 3_600_000
  await take(tinyEvents(trained))
  await done('shop-explore-train')
  const page = () => service.page({ userId: 'u1', limit: 20 })
  await expect.poll(async () => (await page()).degraded, SOON).toEqual([])
  const served = await page()
  expect(served).toMatchObject({ items: { length: 20 }, bundle: expect.any(String) })
  for (const { name } of services) {
    const health = `grpc://${await addressOf(name)}:9091`
    const state = () => healthOf(health, { most: 3000, wall: Date.now })
    await expect.poll(state, { ...SOON, message: name }).toBe('serving')
  }
  const { itemId } = served.items[0]!
  const [verdict] = await service.record([{ userId: 'u1', itemId, type: 'hide_author' }])
  expect(verdict!.status).toBe('accepted')
  await expect
    .poll(async () => (await page()).items.some(item => item.itemId === itemId), SOON)
    .toBe(false)
  await done('shop-explore-test')

  // The hourly job goes on from the bundle that serves, with what came since; the daily one makes pages ahead.
  const later = tinyEvents(Date.now()).filter(({ time }) => time > trained + 60_000)
  await take(later.map(event => ({ ...event, eventId: `later.${event.eventId}` })))
  await done('shop-explore-warm-start')
  await expect.poll(async () => (await page()).bundle, SOON).not.toBe(served.bundle)
  await done('shop-explore-precompute')
  await service.changeSettings({ 'precompute.serve': 'always' })
  await expect.poll(async () => (await page()).origin, SOON).toBe('precomputed')

  const limits = ['--format', '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Memory}}']
  expect(await output('podman', ['inspect', ...limits, `${gateway}-gateway`])).toBe(
    `true ${832 * 2 ** 20}`,
  )
  await Promise.all(
    services.map(({ name }) => output('podman', ['pod', 'stop', '--time', '45', name])),
  )
  for (const { containers } of services) {
    const code = ['inspect', '--format', '{{.State.ExitCode}}', containers.at(-1)!]
    expect(await output('podman', code)).toBe('0')
  }
}, 900_000)
