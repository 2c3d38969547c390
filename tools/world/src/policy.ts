import type { Event, Id, Item, Millis } from '@explore/explore'

/** A page that a viewer asks a policy for. */
export interface PageRequest {
  readonly userId: Id
  readonly now: Millis
  readonly limit: number
  /** Number of the viewer's visit, and of the page in it, both from 0. */
  readonly visit: number
  readonly page: number
  readonly surface: string
}

/**
 * What serves pages in a simulation. It knows what a service would: requests, events once they
 * arrived, and what owners publish or take down. Calls come one at a time, in order of time.
 */
export interface Policy {
  readonly name: string
  /**
   * Item ids for the page, best first. Items that don't exist yet, are hidden or not recommendable,
   * or were shown to the viewer before are refused by the world and counted.
   */
  page(request: PageRequest): Promise<readonly Id[]>
  /** Events that have arrived since the last call. */
  observe(events: readonly Event[]): Promise<void>
  /** Items that are new or have changed. */
  publish?(items: readonly Item[]): Promise<void>
}
