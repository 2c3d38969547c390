import { ExploreError } from '../errors.ts'
import type { StateStore } from '../ports.ts'
import type { Id, Millis } from '../types.ts'
import type { Place } from './place.ts'

/** A whole ranking computed off-peak. */
export interface PrecomputedPage {
  readonly computedAt: Millis
  readonly bundle: string
  readonly places: readonly Place[]
}

const key = (user: Id): string => `page:${user}`

export const encodePrecomputed = (
  user: Id,
  page: PrecomputedPage,
): readonly [string, Uint8Array] => [key(user), Buffer.from(JSON.stringify(page))]

/** The viewer's precomputed page, undefined when there is none younger than `maxAge` milliseconds. */
export const readPrecomputed = async (
  state: StateStore,
  user: Id,
  now: Millis,
  maxAge: number,
): Promise<PrecomputedPage | undefined> => {
  const bytes = await state.get(key(user))
  if (bytes === undefined) return undefined
  try {
    const page = JSON.parse(Buffer.from(bytes).toString()) as PrecomputedPage
    return now - page.computedAt <= maxAge ? page : undefined
  } catch (cause) {
    throw new ExploreError('STATE_BROKEN', `the precomputed page of ${user} is unreadable`, {
      cause,
    })
  }
}
