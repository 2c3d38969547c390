import { chownSync, cpSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import { freePort } from '@explore/servers'
import { healthOf, STAGES } from '@explore/rpc'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EXPLORE, whyNoImage } from './explore-image.ts'
import { whyNoPodman } from './podman.ts'
import { output } from './run.ts'

const why = whyNoPodman() ?? (await whyNoImage())
const USER = 10_001
const SOON = { timeout: 120_000, interval: 300 }

const folder = mkdtempSync(join(tmpdir(), 'explore-image-'))
const started: string[] = []
beforeAll(async () => {
  if (why !== undefined) return
  const made = await tinyHome(join(folder, 'made'), {
    ...{ end: Date.now() - 3_600_000, bundles: ['only'] },
    settings: { 'page.deadlineMs': 8000, 'page.sourcesMs': 5000, 'fresh.maxAgeHours': 8760 },
  })
  await promoteBundle(made.bundles, 'only')
  cpSync(made.path, join(folder, 'home'), { recursive: true })
  for (const path of ['home', ...globSync('home/**', { cwd: folder })]) {
    chownSync(join(folder, path), USER, USER)
  }
}, 900_000)
beforeEach(({ skip }) => skip(why !== undefined, why))
afterAll(async () => {
  for (const id of started) await output('podman', ['rm', '--force', id]).catch(() => '')
  rmSync(folder, { recursive: true, force: true })
})

/** Starts a service as an orchestrator would: nothing may be written but its volume, no right, no more memory than that. */
const serve = async (service: string, environment: Record<string, string> = {}) => {
  const [port, health, metrics] = [await freePort(), await freePort(), await freePort()]
  const variables = {
    ...{ EXPLORE_HOST: '127.0.0.1', EXPLORE_PORT: `${port}` },
    ...{ EXPLORE_HEALTH_PORT: `${health}`, EXPLORE_METRICS_PORT: `${metrics}` },
    ...environment,
  }
  const id = await output('podman', [
    ...['run', '--detach', '--network', 'host', '--pid', 'host', '--no-healthcheck'],
    ...['--read-only', '--tmpfs', '/tmp', '--user', `${USER}:${USER}`, '--cap-drop', 'all'],
    ...['--security-opt', 'no-new-privileges', '--memory', '768m', '--stop-timeout', '40'],
    ...['--volume', `${join(folder, 'home')}:/data`],
    ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...[EXPLORE, 'serve', service],
  ])
  started.push(id)
  const state = () => healthOf(`grpc://127.0.0.1:${health}`, { most: 3000, wall: Date.now })
  await expect.poll(state, SOON).toBe('serving')
  return { id, port }
}

describe('the image', () => {
  it('serves a page from a fleet of containers, each of which drains when it is told to', async () => {
    const environment: Record<string, string> = {}
    for (const stage of Object.keys(STAGES)) {
      const { port } = await serve(stage)
      environment[`EXPLORE_${stage.toUpperCase().replaceAll('-', '_')}`] =
        `grpc://127.0.0.1:${port}`
    }
    const gateway = await serve('gateway', environment)
    const page = async () => {
      const answer = await fetch(`http://127.0.0.1:${gateway.port}/v1/explore/u1?limit=20`)
      return (await answer.json()) as { items: unknown[]; degraded: string[]; bundle: string }
    }
    await expect.poll(async () => (await page()).degraded, SOON).toEqual([])
    expect(await page()).toMatchObject({ items: { length: 20 }, bundle: 'only' })
    const heap = 'console.log(process.constrainedMemory())'
    expect(await output('podman', ['exec', gateway.id, 'node', '-e', heap])).toBe(
      `${768 * 2 ** 20}`,
    )
    const command = await output('podman', ['exec', gateway.id, 'cat', `/proc/self/status`])
    expect(command).toMatch(/CapEff:\s*0+\n/)
    await output('podman', ['exec', gateway.id, 'node', '/app/deploy/health.mjs'])

    for (const id of started.toReversed()) {
      await output('podman', ['stop', id])
      expect(await output('podman', ['inspect', '--format', '{{.State.ExitCode}}', id])).toBe('0')
    }
  }, 600_000)
})
