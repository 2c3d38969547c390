import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { type Page, settingsFrom } from '@explore/explore'
import { tinyHome } from '@explore/testkit/home'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type PageThreads, pageThreads } from './page-threads.ts'

const NOW = Date.UTC(2026, 5, 1)
const PATIENT = { timeout: 250_000 }
/** Two cores may be many processes' when tests run. */
const SOON = { timeout: 100_000 }
const OPEN = new AbortController().signal
const inForce = {
  settings: settingsFrom({ 'page.deadlineMs': 60_000, 'page.sourcesMs': 60_000 }),
  version: 0,
}

let folder: string
let threads: PageThreads
/** Those that live. */
const workers = new Set<Worker>()
const started = (worker: Worker): void => {
  workers.add(worker)
  worker.once('exit', () => workers.delete(worker))
}
const problems: unknown[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-threads-'))
  const bundles = ['first', 'second']
  const home = await tinyHome(join(folder, 'home'), { end: NOW - 3_600_000, bundles })
  process.on('worker', started)
  threads = pageThreads({
    ...{ home, threads: 2, circumstances: () => ({ now: NOW, inForce }) },
    onError: error => problems.push(error),
  })
  await serve('first')
}, PATIENT.timeout)
afterEach(async () => {
  await threads.close()
  process.off('worker', started)
  rmSync(folder, { recursive: true, force: true })
  expect(problems.splice(0)).toEqual([])
})

const serve = async (bundle: string): Promise<void> => {
  await threads.prepare(bundle, OPEN)
  await threads.takeOver()
}

const pages = (count: number): Promise<readonly Page[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const call = { now: NOW, wall: NOW, requestId: `page-${i}` }
      const request = { userId: `u${i}` }
      return (await threads.page({ inForce, call, request, watched: false })).page
    }),
  )

const bundlesOf = (made: readonly Page[]) => [...new Set(made.map(({ bundle }) => bundle))]

it('serve every bundle with the same threads', PATIENT, async () => {
  const before = [...workers]
  expect(before.length).toBe(2)
  for (const bundle of ['second', 'first', 'second']) {
    await serve(bundle)
    expect(bundlesOf(await pages(6))).toEqual([bundle])
  }
  expect([...workers]).toEqual(before)
})

it('make pages by what serves while they load another', PATIENT, async () => {
  const loading = threads.prepare('second', OPEN)
  expect(bundlesOf(await pages(6))).toEqual(['first'])
  await loading
  expect(bundlesOf(await pages(6))).toEqual(['first'])
  const taken = threads.takeOver()
  expect(bundlesOf(await pages(6))).toEqual(['second'])
  await taken
})

it('are replaced where they die, by threads that serve the same bundle', PATIENT, async () => {
  await serve('second')
  const died = [...workers]
  for (const worker of died) await worker.terminate()
  expect(bundlesOf(await pages(6))).toEqual(['second'])
  await expect.poll(() => workers.size, SOON).toBe(2)
  expect(died.some(worker => workers.has(worker))).toBe(false)
})

it('that hold a bundle are asked for no page of it before it serves', PATIENT, async () => {
  await threads.prepare('second', OPEN)
  for (const worker of [...workers]) await worker.terminate()
  await threads.takeOver()
  expect(bundlesOf(await pages(6))).toEqual(['second'])
})

it('that die while they load another bundle load it again', PATIENT, async () => {
  const loading = threads.prepare('second', OPEN)
  await [...workers][0]!.terminate()
  await loading
  await threads.takeOver()
  expect(bundlesOf(await pages(6))).toEqual(['second'])
  expect(workers.size).toBe(2)
})
