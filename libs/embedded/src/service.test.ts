import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExploreError, Page } from '@explore/explore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { examine } from './doctor.ts'
import { type Home, homeAt } from './home.ts'
import { importData } from './jobs/import-data.ts'
import { offPeak } from './jobs/off-peak.ts'
import { trainBundle } from './jobs/train-bundle.ts'
import { silent } from './progress.ts'
import { embeddedService, type EmbeddedService } from './service.ts'

let folder: string
let home: Home
let service: EmbeddedService
let errors: ExploreError[]

const open = async (): Promise<EmbeddedService> =>
  (service = await embeddedService(home, {
    wall: Date.now,
    threads: 1,
    onError: error => errors.push(error),
  }))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'explore-service-'))
  home = homeAt(join(folder, 'home'))
  errors = []
})
afterEach(async () => {
  await service.close()
  rmSync(folder, { recursive: true, force: true })
  expect(errors).toEqual([])
})

const items = Array.from({ length: 12 }, (_, i) => ({ id: `m${i}`, author: `a${i}` }))
const idsOf = ({ items }: Page): readonly string[] => items.map(({ itemId }) => itemId)
const event = (type: string, itemId: string) => ({ userId: 'u1', itemId, type, time: Date.now() })

/** Sends events and waits until they are folded, which outlasts the acknowledgement on a crowded machine. */
const send = async (...events: readonly object[]): Promise<void> => {
  await service.record(events)
  await expect.poll(async () => (await service.health()).lag).toBe(0)
}

describe('the service', () => {
  it('makes pages of what it was told, at once', async () => {
    await open()
    await expect(service.page({ userId: 'u1' })).rejects.toMatchObject({ code: 'CATALOGUE_EMPTY' })
    await service.putItems(items)
    expect(idsOf(await service.page({ userId: 'u1' })).toSorted()).toEqual(
      items.map(({ id }) => id).toSorted(),
    )
    await send(event('impression', 'm1'), event('hide_author', 'm2'))
    await service.deleteItems(['m3'])
    const after = idsOf(await service.page({ userId: 'u1' }))
    expect(after).toHaveLength(9)
    for (const gone of ['m1', 'm2', 'm3']) expect(after).not.toContain(gone)
  })

  it('goes on where it stopped', async () => {
    await open()
    await service.putItems(items)
    await send(event('impression', 'm1'))
    await service.close()
    await open()
    expect(idsOf(await service.page({ userId: 'u1' }))).not.toContain('m1')
    expect(await service.health()).toMatchObject({ ready: true, items: 12, problems: [] })
  })

  it('applies a setting to pages and to the fold', async () => {
    await open()
    await service.putItems(items)
    await service.changeSettings({ 'page.limit': 3, 'events.unknownItems': 'reject' })
    expect(idsOf(await service.page({ userId: 'u1' }))).toHaveLength(3)
    const [verdict] = await service.record([event('like', 'stranger')])
    expect(verdict).toMatchObject({ status: 'rejected', code: 'ITEM_UNKNOWN' })
  })

  it('refuses an id that is none, an item that is unknown and a batch that is too large', async () => {
    await open()
    await expect(service.page({ userId: '../x' })).rejects.toMatchObject({ code: 'ID_INVALID' })
    await expect(service.items('stranger', 5)).rejects.toMatchObject({ code: 'ITEM_UNKNOWN' })
    const batch = Array.from({ length: 1001 }, () => event('like', 'm1'))
    await expect(service.record(batch)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
  })
})

describe('the jobs and the doctor', () => {
  it('import, refuse to train on too little, and make lists without models', async () => {
    const file = join(folder, 'items.jsonl')
    writeFileSync(file, items.map(item => JSON.stringify(item)).join('\n'))
    const job = { paths: [file], mapping: 'generic', maxRejects: 0, now: Date.now() }
    expect(await importData(home, job, silent)).toMatchObject({ items: 12, rejects: 0 })
    const training = trainBundle(home, { seed: 1, wall: Date.now }, silent)
    await expect(training).rejects.toMatchObject({ code: 'TRAIN_DATA' })
    const lists = await offPeak(home, { wall: Date.now, pages: true }, silent)
    expect(lists).toMatchObject({ longTermLists: 0, pages: 0 })
    await open()
    expect(idsOf(await service.page({ userId: 'u1' }))).toHaveLength(12)
  })

  it('look at a home that is being served', async () => {
    await open()
    await service.putItems(items)
    const findings = await examine(home, Date.now)
    expect(findings.filter(({ level }) => level === 'fail')).toEqual([])
    expect(findings).toContainEqual({ check: 'catalogue', level: 'ok', detail: '12 items' })
  })
})
