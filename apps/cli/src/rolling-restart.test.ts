import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
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
/** Of two replicas of a service the first is of today's version, the second of the next one. */
const TODAY = 0
const NEXT = 1
type Version = typeof TODAY | typeof NEXT
/** What makes of a process one of the next version: other .proto files, and values in what they add. */
const NEXT_PROCESS = createRequire(import.meta.url).resolve('@explore/rpc/testing/next-process')

let folder: string
const running: Running[] = []
/** Of each service the process that was started last. */
const serving = new Map<string, Running>()
afterAll(async () => {
  for (const { process: child, ended } of running) {
    child.kill('SIGKILL')
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
})

const names = Object.keys(STAGES) as StageName[]
/** Of each service the port of each version's process. */
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
const start = async (name: string, version: Version): Promise<void> => {
  const home = homes[name === 'gateway' ? version : 0]
  const port = `${ports.get(name)![version]}`
  const next = version === NEXT && { NODE_OPTIONS: `--import ${pathToFileURL(NEXT_PROCESS)}` }
  const one = launch(['serve', name, '--home', home, '--port', port], {
    env: { ...environmentOf(name), ...next },
  })
  running.push(one)
  serving.set(name, one)
  await one.says(/ on (grpc|http):/)
}

const stop = async ({ process: child, ended }: Running): Promise<void> => {
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, stderr: '' })
}

/** Asks as a load balancer does: what one gateway does not take another gets. */
const ask = async (among: readonly Version[], user: string, headers = {}): Promise<Page> => {
  let last: unknown
  for (const version of among) {
    const url = `http://127.0.0.1:${ports.get('gateway')![version]}/v1/explore/${user}?limit=20`
    try {
      const answer = await fetch(url, { headers })
      if (answer.ok) return (await answer.json()) as Page
      last = await answer.text()
    } catch (error) {
      last = error
    }
  }
  throw last
}

it(
  'every service is upgraded under load and then rolled back, and no request fails',
  PATIENT,
  async () => {
    await Promise.all([...names, 'gateway'].map(name => start(name, TODAY)))
    let gateways: readonly Version[] = [TODAY]
    let over = false
    let pages = 0
    const failed: string[] = []
    const flagged: string[] = []

    const caller = async (_: unknown, i: number): Promise<void> => {
      while (!over) {
        try {
          const among = pages % 2 === 0 ? gateways : gateways.toReversed()
          const { items, degraded } = await ask(among, `u${(pages + i) % 40}`)
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
    const moments = async (): Promise<void> => {
      const before = pages
      await expect.poll(() => pages, SOON).toBeGreaterThan(before + 20)
    }
    /** Starts the other version, has both serve, then stops the one that served. */
    const replace = async (name: string, version: Version): Promise<void> => {
      const before = serving.get(name)!
      await start(name, version)
      await setTimeout(FOUND_MS)
      if (name === 'gateway') {
        gateways = [TODAY, NEXT]
        await samePages()
      }
      await moments()
      await stop(before)
      if (name === 'gateway') gateways = [version]
      await moments()
    }

    await moments()
    for (const name of [...names, 'gateway']) await replace(name, NEXT)
    for (const name of ['gateway', ...names.toReversed()]) await replace(name, TODAY)
    over = true
    await callers
    expect(failed).toEqual([])
    // None is expected; a crowded machine may be late.
    expect(flagged.length).toBeLessThan(pages / 20)
  },
)

/** Both versions of the gateway give a viewer the same page at the same moment; as it ages, two near equals may swap. */
const samePages = async (): Promise<void> => {
  for (const user of ['u1', 'u2', 'u3', 'stranger']) {
    const pageOf = async (version: Version) => {
      const page = await ask([version], user, { 'x-request-id': `same-${user}` })
      return [page.degraded, page.items.map(({ itemId, sources }) => [itemId, sources])]
    }
    const differ = async (): Promise<boolean> => {
      const [today, next] = await Promise.all([pageOf(TODAY), pageOf(NEXT)])
      return !isDeepStrictEqual(today, next)
    }
    await expect.poll(differ, SOON).toBe(false)
  }
}
