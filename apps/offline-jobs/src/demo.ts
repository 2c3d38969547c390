import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type EmbeddedStores,
  type Home,
  homeAt,
  openStores,
  type Progress,
  scratchFolder,
} from '@explore/embedded'
import type { Event } from '@explore/explore'
import { createWorld, type World } from '@explore/world'

const BATCH = 5_000
/** LMDB's data within its folder. */
const DATA = 'data.mdb'

export interface DemoReport {
  readonly items: number
  readonly users: number
  readonly events: number
}

/**
 * Fills an empty home with the simulated world: its items, its users and two weeks of their behaviour. They are
 * written beside and moved in at the end, so that a demo that is cut short leaves the home empty.
 */
export const makeDemo = async (
  home: Home,
  options: {
    readonly seed: number
    readonly now: number
    readonly items: number
    readonly users: number
    readonly signal?: AbortSignal
  },
  progress: Progress,
): Promise<DemoReport> => {
  progress('demo world', 0)
  const world = createWorld(options)
  const path = scratchFolder(home)
  try {
    const draft = homeAt(path)
    const stores = await openStores(draft)
    let events: number
    try {
      events = await fill(stores, world, (done, time) => {
        options.signal?.throwIfAborted()
        const fraction = (time - world.start) / (options.now - world.start)
        progress('demo world', fraction, `${done} events`)
      })
    } finally {
      await stores.close()
    }
    options.signal?.throwIfAborted()
    renameSync(join(draft.db, DATA), join(home.db, DATA))
    const report = { items: world.items.length, users: world.users.length, events }
    progress('demo world', 1, `${report.items} items, ${report.users} users, ${events} events`)
    return report
  } finally {
    rmSync(path, { recursive: true })
  }
}

/** Writes the world; returns how many events it has. */
const fill = async (
  { log, profiles }: EmbeddedStores,
  world: World,
  onBatch: (events: number, time: number) => void,
): Promise<number> => {
  await profiles.putItems(world.items)
  await profiles.putUsers(world.users)
  let events = 0
  let batch: Event[] = []
  const flush = async (): Promise<void> => {
    await log.append(batch)
    events += batch.length
    batch = []
  }
  for (const event of world.history()) {
    if (batch.push(event) < BATCH) continue
    await flush()
    onBatch(events, event.time)
  }
  await flush()
  return events
}
