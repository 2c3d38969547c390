import { type Home, openStores, type Progress } from '@explore/embedded'
import type { Event } from '@explore/explore'
import { createWorld } from '@explore/world'

const BATCH = 5_000

export interface DemoReport {
  readonly items: number
  readonly users: number
  readonly events: number
}

/** Fills the home with the simulated world: its items, its users and two weeks of their behaviour. */
export const makeDemo = async (
  home: Home,
  options: {
    readonly seed: number
    readonly now: number
    readonly items: number
    readonly users: number
  },
  progress: Progress,
): Promise<DemoReport> => {
  progress('demo world', 0)
  const world = createWorld(options)
  const { log, profiles, close } = await openStores(home)
  try {
    await profiles.putItems(world.items)
    await profiles.putUsers(world.users)
    let events = 0
    let batch: Event[] = []
    for (const event of world.history()) {
      batch.push(event)
      if (batch.length < BATCH) continue
      await log.append(batch)
      events += batch.length
      batch = []
      progress(
        'demo world',
        (event.time - world.start) / (options.now - world.start),
        `${events} events`,
      )
    }
    if (batch.length > 0) await log.append(batch)
    events += batch.length
    progress(
      'demo world',
      1,
      `${world.items.length} items, ${world.users.length} users, ${events} events`,
    )
    return { items: world.items.length, users: world.users.length, events }
  } finally {
    await close()
  }
}
