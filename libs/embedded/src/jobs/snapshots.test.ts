import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tinyHome } from '@explore/testkit/home'
import { expect, it, onTestFinished } from 'vitest'
import { silent } from '../progress.ts'
import { listSnapshots, snapshotNamed, writeHomeSnapshot } from './snapshots.ts'

it('writes snapshots of a home, each on from the last, and finds them by name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-snapshots-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const home = await tinyHome(join(folder, 'home'), { end: Date.now() - 3_600_000 })
  expect(await listSnapshots(home)).toEqual([])
  await expect(snapshotNamed(home, 'latest')).rejects.toMatchObject({ code: 'USAGE' })

  const now = Date.UTC(2026, 10, 26, 3)
  const first = await writeHomeSnapshot(home, { now }, silent)
  expect(first).toMatchObject({ path: join(home.snapshots, '20261126T030000Z.snapshot') })
  expect(first.folded).toBe(first.events)
  expect(first.users).toBeGreaterThan(10)
  const second = await writeHomeSnapshot(home, { now: now + 1000 }, silent)
  expect(second).toMatchObject({ folded: 0, events: first.events, users: first.users })
  const whole = await writeHomeSnapshot(home, { now: now + 2000, whole: true }, silent)
  expect(whole).toMatchObject({ folded: first.events })

  const entries = await listSnapshots(home)
  expect(entries.map(({ name }) => name)).toEqual([
    ...['20261126T030000Z', '20261126T030001Z', '20261126T030002Z'],
  ])
  expect(entries[1]).toMatchObject({ createdAt: now + 1000, events: first.events })
  expect(entries[1]!.bytes).toBeGreaterThan(1000)
  expect(await snapshotNamed(home, '20261126T030001Z')).toBe(entries[1]!.path)
  expect(await snapshotNamed(home, 'latest')).toBe(whole.path)
  expect(await snapshotNamed(home, whole.path)).toBe(whole.path)
})
