import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTopics, openKafka, promoteBundle } from '@explore/adapters'
import { homeAt } from '@explore/embedded'
import { localFleet } from '@explore/fleet'
import { restClient } from '@explore/rest'
import {
  freePort,
  hasCommand,
  serverProcess,
  startKafka,
  startRedis,
  whyNoKafka,
  whyNoRedis,
} from '@explore/servers'
import { tinyHome } from '@explore/testkit/home'
import { expect, it, onTestFinished } from 'vitest'
import { launch } from './testing/run-explore.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const RULES = fileURLToPath(new URL('../../../deploy/observe/alerts.yaml', import.meta.url))
const PATIENT = { timeout: 240_000, interval: 500 }
/** `npm run test:alerts`: those too that take minutes, and a machine of their own. */
const ALL = process.env.EXPLORE_ALERTS === '1'
/** The rules as they ship, with a minute taken for a second. */
const FASTER = { m: 1, h: 60, d: 1440 } as const

const hurried = (rules: string): string =>
  rules.replace(/(\[|for: )(\d+)([mhd])/g, (_, before: string, n: string, unit: 'm') => {
    return `${before}${Number(n) * FASTER[unit]}s`
  })

/** A real Prometheus, the states of its alerts, and whom it asks. */
const prometheusIn = async (folder: string) => {
  const targets = new Set<string>()
  const write = (): void => {
    const host = (url: string): string => new URL(url).host
    writeFileSync(
      join(folder, 'targets.json'),
      JSON.stringify([{ targets: [...targets].map(host) }]),
    )
  }
  write()
  writeFileSync(join(folder, 'alerts.yaml'), hurried(readFileSync(RULES, 'utf8')))
  writeFileSync(
    join(folder, 'prometheus.yaml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [alerts.yaml]
scrape_configs:
  - job_name: explore
    file_sd_configs: [{ files: [targets.json], refresh_interval: 1s }]
`,
  )
  const port = await freePort()
  const server = serverProcess('prometheus', [
    `--config.file=${join(folder, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  onTestFinished(() => server.end())
  await server.says(/ready to receive web requests/)
  const api = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
    return ((await answer.json()) as { data: T }).data
  }
  return {
    /** Resolves when it has been asked: what it counts from then on is an increase. */
    ask: async (url: string): Promise<void> => {
      targets.add(url)
      write()
      const query = encodeURIComponent(`up{instance="${new URL(url).host}"} == 1`)
      const seen = async () => (await api<{ result: object[] }>(`query?query=${query}`)).result
      await expect.poll(seen, PATIENT).toHaveLength(1)
    },
    askNoMore: (url: string): void => void (targets.delete(url), write()),
    firing: async (): Promise<readonly string[]> => {
      const data = await api<{
        alerts: { labels: { alertname: string }; state: string }[]
      }>('alerts')
      const now = data.alerts.filter(({ state }) => state === 'firing')
      return [...new Set(now.map(({ labels }) => labels.alertname))].sort()
    },
  }
}

/** Stops a process for most of the time, until it is told to end. */
const stutter = (pid: number, { stopped, running }: { stopped: number; running: number }) => {
  let over = false
  const done = (async () => {
    while (!over) {
      process.kill(pid, 'SIGSTOP')
      await setTimeout(stopped)
      process.kill(pid, 'SIGCONT')
      await setTimeout(running)
    }
  })()
  return async (): Promise<void> => {
    over = true
    await done
  }
}

it(`${ALL ? 'every alert that can be' : 'what is quickly'} provoked fires, and is silent before`, async ({
  skip,
}) => {
  const why = hasCommand('prometheus')
    ? (whyNoKafka() ?? whyNoRedis({ own: true }))
    : 'no prometheus'
  skip(why !== undefined, why)
  const [kafka, redis] = await Promise.all([startKafka(), startRedis()])
  onTestFinished(() => kafka.stop())
  let redisRuns = true
  const endRedis = async (): Promise<void> => {
    if (redisRuns) await redis.stop()
    redisRuns = false
  }
  onTestFinished(endRedis)
  const folder = mkdtempSync(join(tmpdir(), 'explore-alerts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const home = await tinyHome(join(folder, 'home'), {
    // Its models are as old.
    end: Date.now() - 4 * 86_400_000,
    bundles: ['first', 'second'],
    settings: {
      ...{ 'page.deadlineMs': 4000, 'page.sourcesMs': 2500, 'fresh.maxAgeHours': 8760 },
      'calibration.share': 1,
    },
  })
  await promoteBundle(home.bundles, 'first')
  const other = homeAt(join(folder, 'other'))
  cpSync(home.path, other.path, { recursive: true })
  await promoteBundle(other.bundles, 'second')
  const events = `${kafka.url}/?prefix=alerts${process.pid}`
  const link = await openKafka(events)
  onTestFinished(() => link.close())
  await createTopics(link, { partitions: 2 })
  const environment = { EXPLORE_EVENTS: events, EXPLORE_STATE: redis.url }
  Object.assign(process.env, environment)
  onTestFinished(() => {
    for (const name of Object.keys(environment)) delete process.env[name]
  })
  const fleet = await localFleet({
    ...{ home: home.path, host: '127.0.0.1', port: 0, firstPort: 0, shards: 1, wall: Date.now },
    command: [process.execPath, MAIN],
  })
  fleet.failed.catch(() => {})
  onTestFinished(() => fleet.close())
  /** A process beside the fleet, and where it tells its metrics. */
  const beside = async (service: string, path: string, env: Record<string, string> = {}) => {
    const running = launch(['serve', service, '--home', path, '--port', '0'], { env })
    onTestFinished(async () => {
      running.process.kill('SIGKILL')
      await running.ended
    })
    const [, url] = await running.says(/ on (http:\S+)/)
    return { url: url!, end: () => running.process.kill('SIGTERM') && running.ended }
  }
  const gateway = fleet.members.at(-1)!
  const processor = await beside('stream-processor', home.path, environment)
  const service = await restClient(gateway.url)
  const page = (userId = 'u1', limit = 5) => service.page({ userId, limit })
  await expect.poll(async () => (await page()).degraded, PATIENT).toEqual([])
  const { ask, askNoMore, firing } = await prometheusIn(folder)
  await ask(gateway.url)
  await ask(processor.url)
  /** Asks for pages until these alerts fire. */
  const after = async (names: readonly string[], more = async () => {}): Promise<void> =>
    expect
      .poll(async () => {
        await Promise.all([page(), page(), page(), page()].map(each => each.catch(() => {})))
        await more()
        return firing()
      }, PATIENT)
      .toEqual(expect.arrayContaining([...names]))

  for (let i = 0; i < 10; i++) await page()
  // Latency is this machine's business; pages are whole, and nothing waits.
  const loud = (await firing()).filter(name => !/Slow|Late|BundleOld/.test(name))
  expect(loud).toEqual([])

  if (ALL) {
    // Nobody reacts to anything that random weights promise.
    for (let i = 0; i < 12; i++) {
      const userId = `stranger${i}`
      const { requestId, items } = await page(userId, 100)
      const shown = items.map(({ itemId }) => ({ userId, itemId, requestId, type: 'impression' }))
      await service.record(shown)
    }
    await after(['ExploreCalibrationOff'])

    const { send } = await link.producer()
    const garbage = Array.from({ length: 20 }, () => ({ key: 'u1', value: 'no event' }))
    await after(['ExploreDeadLetters'], async () => {
      await send({ topic: link.topic('events.v1'), messages: garbage })
    })

    const gateways = [
      await beside('gateway', other.path),
      await beside('gateway', join(folder, 'empty')),
    ]
    for (const { url } of gateways) await ask(url)
    await after(['ExploreBundlesDiffer', 'ExploreNotReady'])
    // The empty one has a problem, too.
    for (const { url, end } of gateways) {
      askNoMore(url)
      await end()
    }
    await expect.poll(firing, PATIENT).not.toContain('ExploreProblems')

    // Prometheus waits for a second.
    const steady = stutter(gateway.pid, { stopped: 650, running: 350 })
    const slow = ['ExplorePagesSlowFast', 'ExplorePagesSlowSlow', 'ExploreEventLoopLate']
    await after(slow).finally(steady)
  }

  process.kill(fleet.members.find(({ name }) => name === 'second-stage-mtml')!.pid, 'SIGKILL')
  await after(['ExplorePagesDegradedFast'])
  if (ALL) await after(['ExplorePagesDegradedSlow'])

  askNoMore(processor.url)
  await processor.end()
  const rows = (batch: number) =>
    Array.from({ length: 1000 }, (_, i) => ({
      userId: `u${i % 40}`,
      itemId: `item-${(batch + i) % 200}`,
      type: 'click',
    }))
  for (let batch = 0; batch < 20; batch++) await service.record(rows(batch))
  await after(['ExploreLag'])
  // Nobody has trained for four days: for an hour, here a minute, it has been so.
  await after(['ExploreBundleOld'])

  writeFileSync(home.settings, '{ "page.limit": "many" }')
  await after(['ExploreProblems'])

  if (ALL) {
    await endRedis()
    await after(['ExplorePagesFailFast', 'ExplorePagesFailSlow'])
  }

  process.kill(gateway.pid, 'SIGKILL')
  await expect.poll(firing, PATIENT).toContain('ExploreDown')
}, 900_000)
