import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promoteBundle } from '@explore/adapters'
import type { Home } from '@explore/embedded'
import type { ExploreService, Page } from '@explore/explore'
import { type Fleet, localFleet } from '@explore/fleet'
import { restClient } from '@explore/rest'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explore, launch, type Running } from './testing/run-explore.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
/** Two cores may be many processes' when tests run. */
const SOON = { timeout: 100_000, interval: 200 }
const PATIENT = { timeout: 300_000 }

let folder: string
let home: Home
let fleet: Fleet
let service: ExploreService
const restarted: Running[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-fleet-'))
  home = await tinyHome(join(folder, 'home'), {
    end: Date.now() - 3_600_000,
    bundles: ['first', 'second'],
    // Long enough for a crowded machine to answer, short enough to wait for what does not.
    settings: { 'page.deadlineMs': 4000, 'page.sourcesMs': 2500, 'fresh.maxAgeHours': 8760 },
  })
  await promoteBundle(home.bundles, 'first')
  fleet = await localFleet({
    ...{ home: home.path, host: '127.0.0.1', port: 0, firstPort: 0, shards: 2, wall: Date.now },
    command: [process.execPath, MAIN],
  })
  fleet.failed.catch(() => {})
  service = await restClient(fleet.members.at(-1)!.url)
  await service.record([
    { userId: 'u1', type: 'hide_author', authorId: 'author-2' },
    { userId: 'u1', type: 'hide_author', authorId: 'author-5' },
  ])
}, PATIENT.timeout)
afterAll(async () => {
  for (const { process: child, ended } of restarted) {
    child.kill('SIGKILL')
    await ended
  }
  await fleet?.close()
  rmSync(folder, { recursive: true, force: true })
}, PATIENT.timeout)

const member = (name: string) => fleet.members.find(each => each.name === name)!

/** A page that holds what a page must, whatever is down: full, without repeats, without authors that the viewer hid. */
const page = async (limit = 20): Promise<Page> => {
  const made = await service.page({ userId: 'u1', limit })
  const ids = made.items.map(({ itemId }) => itemId)
  expect(new Set(ids).size).toBe(limit)
  const hidden = ids.filter(id => [2, 5].includes(Number(id.replace('item-', '')) % 7))
  expect(hidden).toEqual([])
  return made
}

const rungs = async (): Promise<string> => (await page()).degraded.join(', ')
const full = (): Promise<void> => expect.poll(rungs, SOON).toBe('')

describe('a fleet', () => {
  it('makes pages of one bundle, and the command line finds it', PATIENT, async () => {
    await full()
    expect(await page()).toMatchObject({ origin: 'live', bundle: 'first' })
    const { code, stdout } = await explore(['page', 'u1', '--json', '--home', home.path])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ bundle: 'first', degraded: [] })
    await expect(Promise.all(fleet.members.map(each => each.health()))).resolves.toEqual(
      fleet.members.map(() => 'serving'),
    )
  })

  it('changes its bundle while it serves: each page is of one, whole', PATIENT, async () => {
    await promoteBundle(home.bundles, 'second')
    const seen = new Set<string | null>()
    await expect
      .poll(async () => {
        const made = await page()
        expect(made.degraded).toEqual([])
        seen.add(made.bundle)
        return made.bundle
      }, SOON)
      .toBe('second')
    expect([...seen].every(id => id === 'first' || id === 'second')).toBe(true)
  })

  it.each([
    ['second-stage-mtml', /^first-stage order$/],
    ['first-stage', /^retrieval order$/],
    ['value-model-rerank', /^reranked without likeness$/],
    ['ann-index 1/2', /^without two-tower$|^index without 1 of 2 shards$/],
    ['retrieval-sources', /^live ranking (was late|failed)$/],
    ['first-stage and second-stage-mtml', /^retrieval order, first-stage order/],
  ])('stands on a lower rung with %s frozen, and comes back', PATIENT, async (name, rung) => {
    const pids = name.split(' and ').map(each => member(each).pid)
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    try {
      for (let i = 0; i < 3; i++) expect(await rungs()).toMatch(rung)
      // Soon nobody waits for it any more.
      await expect.poll(rungs, SOON).toMatch(rung)
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT')
    }
    await full()
  })

  it(
    'makes pages without any of them, and full ones again when they are back',
    PATIENT,
    async () => {
      const gone = fleet.members.filter(({ name }) => name !== 'gateway')
      for (const { pid } of gone) process.kill(pid, 'SIGKILL')
      await expect.poll(rungs, SOON).toMatch(/^live ranking failed/)
      for (let i = 0; i < 5; i++) expect((await page()).items.length).toBe(20)
      const index = gone
        .filter(({ name }) => name.startsWith('ann-index'))
        .map(({ url }) => url)
        .join(';')
      for (const { name, url } of gone) {
        const [stage, shard] = name.split(' ')
        const args = ['serve', stage!, '--home', home.path, '--port', new URL(url).port]
        const env: Record<string, string> =
          stage === 'retrieval-sources' ? { EXPLORE_ANN_INDEX: index } : {}
        restarted.push(launch([...args, ...(shard ? ['--shard', shard] : [])], { env }))
      }
      await full()
      expect((await page()).bundle).toBe('second')
    },
  )
})

it('explore serve refuses a service that there is not, and a shard that cannot be', async () => {
  const unknown = await explore(['serve', 'cache', '--home', home.path])
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('ann-index') })
  const shard = await explore(['serve', 'ann-index', '--shard', '2/2', '--home', home.path])
  expect(shard).toMatchObject({ code: 2, stderr: expect.stringContaining('EXPLORE_SHARD') })
})
