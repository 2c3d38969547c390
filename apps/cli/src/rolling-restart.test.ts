import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promoteBundle } from '@explore/adapters'
import type { Page } from '@explore/explore'
import { stageVariable } from '@explore/fleet'
import { type StageName, STAGES } from '@explore/rpc'
import { freePort } from '@explore/servers'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, type Running } from './testing/run-explore.ts'

/** Two cores may be many processes' when tests run. */
const SOON = { timeout: 200_000, interval: 100 }
const PATIENT = { timeout: 900_000 }
const CALLERS = 3
/** Between the pages of a caller: services that start have work to do too. */
const PAUSE_MS = 50
/** In which callers find a replacement: they look for one that was away once a second. */
const FOUND_MS = 2500

let folder: string
const running: Running[] = []
afterAll(async () => {
  for (const { process: child, ended } of running) {
    child.kill('SIGKILL')
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
})

const names = Object.keys(STAGES) as StageName[]
/** Of each service the port of the process that is replaced, and of the one that replaces it. */
const ports = new Map<string, readonly [number, number]>()
let homes: readonly [string, string]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-rolling-'))
  homes = [join(folder, 'one'), join(folder, 'two')]
  const home = await tinyHome(homes[0], {
    end: Date.now() - 3_600_000,
    bundles: ['only'],
    settings: { 'page.deadlineMs': 4000, 'page.sourcesMs': 2500, 'fresh.maxAgeHours': 8760 },
  })
  await promoteBundle(home.bundles, 'only')
  cpSync(homes[0], homes[1], { recursive: true })
  for (const name of [...names, 'gateway']) ports.set(name, [await freePort(), await freePort()])
}, PATIENT.timeout)

/** Both replicas of a service, of which one may not be there. */
const addressOf = (name: StageName): string =>
  `grpc://${ports
    .get(name)!
    .map(port => `127.0.0.1:${port}`)
    .join(',')}`

const environmentOf = (name: string): Record<string, string> => {
  const asked: readonly StageName[] =
    name === 'gateway'
      ? names.filter(each => each !== 'ann-index')
      : name === 'retrieval-sources'
        ? ['ann-index']
        : []
  return Object.fromEntries(asked.map(each => [stageVariable(each), addressOf(each)]))
}

/** Starts a service, and resolves when it serves. A gateway has a home of its own. */
const start = async (name: string, replica: 0 | 1): Promise<Running> => {
  const home = homes[name === 'gateway' ? replica : 0]
  const port = `${ports.get(name)![replica]}`
  const one = launch(['serve', name, '--home', home, '--port', port], {
    env: environmentOf(name),
  })
  running.push(one)
  await one.says(/ on (grpc|http):/)
  return one
}

const stop = async ({ process: child, ended }: Running): Promise<void> => {
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, stderr: '' })
}

it('every service is replaced under load, and no request fails', PATIENT, async () => {
  const first = new Map<string, Running>()
  await Promise.all([...names, 'gateway'].map(async name => first.set(name, await start(name, 0))))
  let gateways = [ports.get('gateway')![0]]
  let over = false
  let pages = 0
  const failed: string[] = []
  const flagged: string[] = []

  /** As a load balancer: what one gateway does not take another gets. */
  const pageOf = async (user: string): Promise<Page> => {
    let last: unknown
    for (const port of gateways) {
      try {
        const answer = await fetch(`http://127.0.0.1:${port}/v1/explore/${user}?limit=20`)
        if (answer.ok) return (await answer.json()) as Page
        last = await answer.text()
      } catch (error) {
        last = error
      }
    }
    throw last
  }
  const caller = async (_: unknown, i: number): Promise<void> => {
    while (!over) {
      try {
        const { items, degraded } = await pageOf(`u${(pages + i) % 40}`)
        expect(new Set(items.map(({ itemId }) => itemId)).size).toBe(20)
        flagged.push(...degraded)
      } catch (error) {
        failed.push(String(error))
      }
      pages++
      await setTimeout(PAUSE_MS)
    }
  }
  const callers = Promise.all(Array.from({ length: CALLERS }, caller))
  await expect.poll(() => pages, SOON).toBeGreaterThan(20)

  for (const name of names) {
    await start(name, 1)
    await setTimeout(FOUND_MS)
    await stop(first.get(name)!)
    const before = pages
    await expect.poll(() => pages, SOON).toBeGreaterThan(before + 20)
  }
  await start('gateway', 1)
  // The one that is told to go is asked first, until it takes no more.
  gateways = [...ports.get('gateway')!]
  await stop(first.get('gateway')!)
  const before = pages
  await expect.poll(() => pages, SOON).toBeGreaterThan(before + 20)
  over = true
  await callers
  expect(failed).toEqual([])
  // None is expected; a crowded machine may be late.
  expect(flagged.length).toBeLessThan(pages / 20)
})
