import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Home, homeAt, openStores } from '@explore/embedded'
import { Catalogue, type Event, processor, settingsFrom } from '@explore/explore'
import { open } from 'lmdb'
import type { Figure } from './figures.ts'
import { median } from './statistics.ts'

const EVENTS = 40_000
const BATCH = 500
const ROUNDS = 5

/** Durable events per second, alone and with the fold, against raw LMDB puts of the same events. */
export const benchEvents = async (
  home: Home,
  events: readonly Event[],
): Promise<readonly Figure[]> => {
  const sample = Array.from({ length: EVENTS }, (_, i) => ({
    ...events[i % events.length]!,
    eventId: `bench-${i}`,
  }))
  const batches = Array.from({ length: EVENTS / BATCH }, (_, i) =>
    sample.slice(i * BATCH, (i + 1) * BATCH),
  )
  const rates = { raw: [] as number[], durable: [] as number[], folded: [] as number[] }
  const scratch = mkdtempSync(join(home.path, 'bench-'))
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // Arms take turns, so that a slow minute of the machine hits both.
      const arms = round % 2 === 0 ? ['raw', 'durable'] : ['durable', 'raw']
      for (const arm of arms) {
        const folder = join(scratch, `${arm}-${round}`)
        if (arm === 'raw') rates.raw.push(await rawPuts(folder, batches))
        else {
          const { durable, folded } = await durableEvents(home, folder, batches)
          rates.durable.push(durable)
          rates.folded.push(folded)
        }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  const ratio = (arm: 'durable' | 'folded'): number =>
    median(rates[arm].map((rate, round) => rate / rates.raw[round]!))
  const note = `batches of ${BATCH}, each on disk before the next; median of ${ROUNDS} pairs`
  return [
    {
      name: 'raw LMDB puts',
      value: median(rates.raw),
      unit: 'events/s',
      note: `${note}; one put per event`,
    },
    { name: 'durable events', value: median(rates.durable), unit: 'events/s' },
    { name: 'durable and folded', value: median(rates.folded), unit: 'events/s' },
    { name: 'durable ÷ raw puts', value: ratio('durable'), unit: 'ratio', bound: { least: 0.4 } },
    { name: 'durable and folded ÷ raw puts', value: ratio('folded'), unit: 'ratio' },
  ]
}

const perSecond = async (work: () => Promise<void>): Promise<number> => {
  const start = performance.now()
  await work()
  return (EVENTS * 1000) / (performance.now() - start)
}

const rawPuts = async (folder: string, batches: readonly (readonly Event[])[]): Promise<number> => {
  const db = open<Uint8Array, number>({ path: folder, encoding: 'binary' })
  const encoded = batches.map(batch => batch.map(event => Buffer.from(JSON.stringify(event))))
  let key = 0
  const rate = await perSecond(async () => {
    for (const batch of encoded) {
      await db.transaction(() => {
        for (const value of batch) void db.put(key++, value)
      })
    }
  })
  await db.close()
  return rate
}

const durableEvents = async (
  home: Home,
  folder: string,
  batches: readonly (readonly Event[])[],
): Promise<{ readonly durable: number; readonly folded: number }> => {
  const from = await openStores(home)
  const stores = await openStores(homeAt(folder))
  try {
    const names = new Set(batches.flat().flatMap(({ itemId }) => itemId ?? []))
    const items = await Promise.all([...names].map(id => from.profiles.item(id)))
    await stores.profiles.putItems(items.filter(item => item !== undefined))
    const { log, state, profiles } = stores
    const start = performance.now()
    for (const batch of batches) await log.append(batch)
    const appended = performance.now() - start
    const stream = processor({
      log,
      state,
      profiles,
      catalogue: new Catalogue(),
      settings: settingsFrom(),
    })
    while ((await stream.step(5_000)) > 0);
    const whole = performance.now() - start
    return { durable: (EVENTS * 1000) / appended, folded: (EVENTS * 1000) / whole }
  } finally {
    await stores.close()
    await from.close()
  }
}
