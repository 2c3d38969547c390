import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryEventLog, memoryProfiles } from '@explore/testkit'
import { replay } from '@explore/learn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { datasetOf, datasetOfStores } from './dataset.ts'
import { loadData, mappingFor } from './load-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'evaluate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NOW = Date.UTC(2026, 0, 15)
const items = [{ id: 'a', author: 'x', topics: ['t'] }, { id: 'b', author: 'y' }] // prettier-ignore
const users = [{ id: 'u', attributes: { country: 'no' } }]
const events = [
  { eventId: '1', userId: 'u', itemId: 'a', type: 'impression', time: NOW - 3000 },
  { eventId: '2', userId: 'u', itemId: 'a', type: 'click', time: NOW - 2000 },
  { eventId: '3', userId: 'v', itemId: 'c', type: 'click', time: NOW - 1000 },
] as const
const lines = (rows: readonly object[]): string => rows.map(row => JSON.stringify(row)).join('\n')

describe('loadData', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'items.jsonl'), lines(items))
    writeFileSync(join(folder, 'users.jsonl'), lines(users))
    writeFileSync(join(folder, 'events.jsonl'), lines(events))
  })

  it('reads a folder by the generic mapping, in the order of time, ready to be replayed', async () => {
    expect(await mappingFor(folder)).toBe('generic')
    const data = await loadData({ path: folder, now: NOW })
    expect(data.events.map(({ eventId }) => eventId)).toEqual(['1', '2', '3'])
    expect(data.users.get('u')).toEqual(users[0])
    expect(data.attributes('u')).not.toEqual(data.attributes('nobody'))
    expect(data.catalogue.size).toBe(3)
    expect([0, 1, 2].map(item => data.catalogue.servable(item))).toEqual([true, true, false])
    const { catalogue, attributes } = data
    const examples = await replay({
      ...{ catalogue, attributes },
      events: [data.events],
      limits: { seen: 10 },
    })
    expect([...examples.positives.item]).toEqual([0, 2])
  })

  it('passes on what the import refuses', async () => {
    await expect(loadData({ path: join(folder, 'absent'), now: NOW })).rejects.toMatchObject({
      code: 'IMPORT_FILE',
    })
    await expect(loadData({ path: folder, mapping: 'no-such', now: NOW })).rejects.toMatchObject({
      code: 'IMPORT_MAPPING',
    })
  })

  it('knows KuaiRand by its files', async () => {
    const other = mkdtempSync(join(tmpdir(), 'evaluate-'))
    for (const name of ['items.csv.gz', 'users.csv', 'impressions_0425_0508.csv.gz']) {
      writeFileSync(join(other, name), '')
    }
    expect(await mappingFor(other)).toBe('kuairand')
    rmSync(other, { recursive: true })
  })
})

it('a home is the same dataset as the files that were imported into it', async () => {
  const log = memoryEventLog()
  const profiles = memoryProfiles()
  await profiles.putItems(items)
  await profiles.putUsers(users)
  await profiles.reserveItems(['c'])
  await log.append(events)
  const home = await datasetOfStores('home', { log, profiles })
  const files = datasetOf('home', { items, users, events })
  expect(home.events).toEqual(files.events)
  expect(home.users).toEqual(files.users)
  expect(home.catalogue.size).toBe(files.catalogue.size)
  expect(home.catalogue.authors.slice(0, 3)).toEqual(files.catalogue.authors.slice(0, 3))
})
