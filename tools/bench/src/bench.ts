import { type Home, openStores, type Progress } from '@explore/embedded'
import { activeUsers } from './active-users.ts'
import { benchEvents } from './bench-events.ts'
import { benchFreshness } from './bench-freshness.ts'
import { benchLoad } from './bench-load.ts'
import { benchMemory } from './bench-memory.ts'
import { benchPages } from './bench-pages.ts'
import { benchServed } from './bench-served.ts'
import { benchSwap } from './bench-swap.ts'
import type { Figure } from './figures.ts'

const EVENTS = 20_000

/** All figures of a trained home; `seconds` is the length of each open-loop run. The home gets events of its own. */
export const benchHome = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const users = await activeUsers(home, 500)
  const { log, close } = await openStores(home)
  const { events } = await log.read(Math.max(0, (await log.end()) - EVENTS), EVENTS)
  await close()
  const parts: readonly (readonly [string, () => Promise<readonly Figure[]>])[] = [
    ['CPU per page', () => benchPages(home, users)],
    ['latency under load', () => benchLoad(home, users, seconds)],
    ['CPU per page over HTTP', () => benchServed(home, users)],
    ['swap of bundles', () => benchSwap(home, users, seconds)],
    ['events', () => benchEvents(home, events)],
    ['memory', () => benchMemory(home)],
    // Last, as its events change the home.
    ['freshness', () => benchFreshness(home, users)],
  ]
  const figures: Figure[] = []
  for (const [i, [name, measure]] of parts.entries()) {
    progress('bench', i / parts.length, name)
    figures.push(...(await measure()))
  }
  progress('bench', 1)
  return figures
}
