import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTopics, openKafka, promoteBundle } from '@explore/adapters'
import { localFleet } from '@explore/fleet'
import { restClient } from '@explore/rest'
import { freePort, hasCommand, serverProcess, startKafka, whyNoKafka } from '@explore/servers'
import { tinyHome } from '@explore/testkit/home'
import { expect, it, onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const RULES = fileURLToPath(new URL('../../../deploy/observe/alerts.yaml', import.meta.url))
const PATIENT = { timeout: 120_000, interval: 500 }
/** The rules as they ship, with a minute taken for a second. */
const FASTER = { m: 1, h: 60, d: 1440 } as const

const hurried = (rules: string): string =>
  rules.replace(/(\[|for: )(\d+)([mhd])/g, (_, before: string, n: string, unit: 'm') => {
    return `${before}${Number(n) * FASTER[unit]}s`
  })

/** A real Prometheus on the gateway, and the states of its alerts. */
const prometheusOn = async (folder: string, target: string) => {
  writeFileSync(join(folder, 'alerts.yaml'), hurried(readFileSync(RULES, 'utf8')))
  writeFileSync(
    join(folder, 'prometheus.yaml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [alerts.yaml]
scrape_configs:
  - job_name: explore
    static_configs: [{ targets: ['${target}'] }]
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
  return async (): Promise<Readonly<Record<string, string>>> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/alerts`)
    const { data } = (await answer.json()) as {
      data: { alerts: { labels: { alertname: string }; state: string }[] }
    }
    return Object.fromEntries(data.alerts.map(({ labels, state }) => [labels.alertname, state]))
  }
}

it('tells of a ranker that dies, of events that nobody folds, of old models, of settings that do not hold and of a dead gateway', async ({
  skip,
}) => {
  const why = hasCommand('prometheus') ? whyNoKafka() : 'no prometheus'
  skip(why !== undefined, why)
  const kafka = await startKafka()
  onTestFinished(() => kafka.stop())
  const folder = mkdtempSync(join(tmpdir(), 'explore-alerts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const home = await tinyHome(join(folder, 'home'), {
    // Its models are as old.
    end: Date.now() - 4 * 86_400_000,
    bundles: ['first'],
    settings: { 'page.deadlineMs': 4000, 'page.sourcesMs': 2500, 'fresh.maxAgeHours': 8760 },
  })
  await promoteBundle(home.bundles, 'first')
  const events = `${kafka.url}/?prefix=alerts${process.pid}`
  const link = await openKafka(events)
  await createTopics(link, { partitions: 2 })
  await link.close()
  process.env.EXPLORE_EVENTS = events
  onTestFinished(() => void delete process.env.EXPLORE_EVENTS)
  const fleet = await localFleet({
    ...{ home: home.path, host: '127.0.0.1', port: 0, firstPort: 0, shards: 1, wall: Date.now },
    command: [process.execPath, MAIN],
  })
  fleet.failed.catch(() => {})
  onTestFinished(() => fleet.close())
  const { url } = fleet.members.at(-1)!
  const service = await restClient(url)
  const page = () => service.page({ userId: 'u1', limit: 5 })
  await expect.poll(async () => (await page()).degraded, PATIENT).toEqual([])
  const alerts = await prometheusOn(folder, new URL(url).host)
  const after = async (state: string, alert: string): Promise<void> =>
    expect
      .poll(async () => {
        for (let i = 0; i < 4; i++) await page()
        return (await alerts())[alert]
      }, PATIENT)
      .toBe(state)
  for (let i = 0; i < 10; i++) await page()
  // Latency is this machine's business; pages are whole, and nothing waits.
  expect(await alerts()).not.toHaveProperty('ExplorePagesDegradedFast')
  expect(await alerts()).not.toHaveProperty('ExploreLag')
  expect(await alerts()).not.toHaveProperty('ExploreProblems')
  expect(await alerts()).not.toHaveProperty('ExploreDown')

  process.kill(fleet.members.find(({ name }) => name === 'second-stage-mtml')!.pid, 'SIGKILL')
  await after('firing', 'ExplorePagesDegradedFast')

  // No stream processor runs.
  const rows = (batch: number) =>
    Array.from({ length: 1000 }, (_, i) => ({
      userId: `u${i % 40}`,
      itemId: `item-${(batch + i) % 200}`,
      type: 'click',
    }))
  // The state of this home was folded from its own log: so much of the topic counts as folded.
  for (let batch = 0; batch < 20; batch++) await service.record(rows(batch))
  await after('firing', 'ExploreLag')
  // Nobody has trained for four days: for an hour, here a minute, it has been so.
  await after('firing', 'ExploreBundleOld')

  writeFileSync(home.settings, '{ "page.limit": "many" }')
  await after('firing', 'ExploreProblems')

  process.kill(fleet.members.at(-1)!.pid, 'SIGKILL')
  await expect.poll(async () => (await alerts())['ExploreDown'], PATIENT).toBe('firing')
}, 400_000)
