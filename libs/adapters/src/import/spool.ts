import { join } from 'node:path'
import type { Event, Item, User } from '@explore/explore'
import { type Spilled, SpillSort } from './spill-sort.ts'

/** Where records wait until all files have been read; events by time. */
export interface Spool {
  readonly items: SpillSort<Item>
  readonly users: SpillSort<User>
  readonly events: SpillSort<Event>
}

/** Where a sealed spool's records are in its files. */
export type SpilledSpool = Readonly<Record<keyof Spool, Spilled>>

const asTheyCame = (): number => 0
const byTime = ({ time }: Event): number => time

export const newSpool = (folder: string): Spool => ({
  items: new SpillSort(join(folder, 'items'), asTheyCame, 10_000),
  users: new SpillSort(join(folder, 'users'), asTheyCame, 10_000),
  events: new SpillSort(join(folder, 'events'), byTime),
})

/** A sealed spool, to be read only. */
export const openSpool = async (folder: string, sealed: SpilledSpool): Promise<Spool> => ({
  items: await SpillSort.open(join(folder, 'items'), asTheyCame, sealed.items),
  users: await SpillSort.open(join(folder, 'users'), asTheyCame, sealed.users),
  events: await SpillSort.open(join(folder, 'events'), byTime, sealed.events),
})

export const closeSpool = async ({ items, users, events }: Spool): Promise<void> => {
  await Promise.all([items.close(), users.close(), events.close()])
}
