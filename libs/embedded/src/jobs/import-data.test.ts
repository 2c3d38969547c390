import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finishPendingImport, importPending } from '../finish-import.ts'
import { type Home, homeAt } from '../home.ts'
import { silent } from '../progress.ts'
import { openStores } from '../stores.ts'
import { importData } from './import-data.ts'

const NOW = Date.UTC(2026, 0, 2)
const script = fileURLToPath(new URL('../testing/import-killed.ts', import.meta.url))
let folder: string
let file: string
let whole: Awaited<ReturnType<typeof contentsOf>>

const job = (path: string) => ({ paths: [path], mapping: 'generic', maxRejects: 0, now: NOW })

/** All that an import can change. */
const contentsOf = async (home: Home) => {
  const { log, profiles, state, close } = await openStores(home)
  try {
    const { events } = await log.read(0, 1e6)
    const items = (await profiles.items(-1, 1e6)).map(({ id, ordinal, item }) => [
      ordinal,
      id,
      item,
    ])
    const users = await profiles.users(undefined, 1e6)
    return { events, items, users, folded: (await state.watermark()) === events.length }
  } finally {
    await close()
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-import-'))
  file = join(folder, 'data')
  mkdirSync(file)
  const items = Array.from({ length: 1200 }, (_, i) => ({ id: `i${i}`, author: `a${i % 7}` }))
  const users = Array.from({ length: 1100 }, (_, i) => ({ id: `u${i}` }))
  const events = Array.from({ length: 5000 }, (_, i) => ({
    // Some come twice, and their order is not that of time.
    eventId: `e${i % 4990}`,
    userId: `u${i % 1100}`,
    itemId: `i${(i * 7) % 1200}`,
    type: i % 3 === 0 ? 'click' : 'impression',
    time: NOW - 86_400_000 + (((i % 4990) * 31) % 5003) * 1000,
  }))
  for (const [name, records] of Object.entries({ items, users, events })) {
    const lines = (records as readonly object[]).map(record => `${JSON.stringify(record)}\n`)
    writeFileSync(join(file, `${name}.jsonl`), lines.join(''))
  }
  const home = homeAt(join(folder, 'whole'))
  const report = await importData(home, job(file), silent)
  expect(report).toMatchObject({ items: 1200, users: 1100, events: 4990, duplicates: 10 })
  whole = await contentsOf(home)
  expect(whole.events).toHaveLength(4990)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('an import', () => {
  it.each([0.05, 0.25, 0.5, 0.75, 1])(
    'killed with %d applied is finished to what it would have been',
    async at => {
      const home = homeAt(join(folder, `killed-${at}`))
      const { signal } = spawnSync(process.execPath, [script, home.path, file, String(at)])
      expect(signal).toBe('SIGKILL')
      expect(importPending(home)).toBe(true)

      await finishPendingImport(home, silent)
      expect(importPending(home)).toBe(false)
      expect(await contentsOf(home)).toEqual(whole)
      expect(readdirSync(home.scratch)).toEqual(expect.not.arrayContaining(['applied']))
      await finishPendingImport(home, silent)
      expect(await contentsOf(home)).toEqual(whole)
    },
    120_000,
  )

  it('stopped while it is applied is finished by the next one, which then does its own work', async () => {
    const home = homeAt(join(folder, 'stopped'))
    const stop = new AbortController()
    const stopped = importData(home, { ...job(file), signal: stop.signal }, (stage, fraction) => {
      if (stage === 'apply' && fraction > 0.6) stop.abort(new Error('enough'))
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(importPending(home)).toBe(true)
    const more = join(folder, 'items.jsonl')
    writeFileSync(more, '{"id":"i9999","author":"a1"}\n')
    const report = await importData(home, job(more), silent)
    expect(report).toMatchObject({ items: 1, events: 0 })
    const { items, ...rest } = await contentsOf(home)
    expect(items).toEqual([
      ...whole.items,
      [1200, 'i9999', expect.objectContaining({ id: 'i9999' })],
    ])
    expect({ ...rest, items: whole.items }).toEqual(whole)
  })

  it('stopped while files are read has changed nothing', async () => {
    const home = homeAt(join(folder, 'unread'))
    const stop = new AbortController()
    const stopped = importData(home, { ...job(file), signal: stop.signal }, stage => {
      if (stage === 'read') stop.abort(new Error('enough'))
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(importPending(home)).toBe(false)
    expect(await contentsOf(home)).toEqual({ events: [], items: [], users: [], folded: true })
  })

  it('can be finished in a copy of the home', async () => {
    const home = homeAt(join(folder, 'killed-copy'))
    spawnSync(process.execPath, [script, home.path, file, '0.5'])
    const copy = join(folder, 'copy')
    cpSync(home.path, copy, { recursive: true })
    await finishPendingImport(homeAt(copy), silent)
    expect(await contentsOf(homeAt(copy))).toEqual(whole)
    expect(existsSync(home.importing)).toBe(true)
  })
})
