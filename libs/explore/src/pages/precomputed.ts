import type { StateStore } from '../ports.ts'
import type { Id, Millis } from '../types.ts'
import type { Place } from './place.ts'
import { decodePlaces, encodePlaces } from './places-codec.ts'

/** A whole ranking computed off-peak. */
export interface PrecomputedPage {
  /** By the machine's clock. */
  readonly computedAt: Millis
  readonly bundle: string | null
  readonly places: readonly Place[]
}

export const precomputedKey = (user: Id): string => `page:${user}`

export const encodePrecomputed = (
  user: Id,
  { places, ...header }: PrecomputedPage,
): readonly [string, Uint8Array] => [precomputedKey(user), encodePlaces(header, places)]

/** The viewer's precomputed page, undefined when there is none younger than `maxAge` milliseconds. */
export const readPrecomputed = async (
  state: Pick<StateStore, 'get'>,
  user: Id,
  wall: Millis,
  maxAge: number,
): Promise<PrecomputedPage | undefined> => {
  const bytes = await state.get(precomputedKey(user))
  if (bytes === undefined) return undefined
  const { header, places } = decodePlaces<Omit<PrecomputedPage, 'places'>>(
    bytes,
    `the precomputed page of ${user}`,
  )
  return wall - header.computedAt <= maxAge ? { ...header, places } : undefined
}
