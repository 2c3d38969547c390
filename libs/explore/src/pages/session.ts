import { ExploreError } from '../errors.ts'
import type { StateStore } from '../ports.ts'
import type { Id, Millis } from '../types.ts'
import type { Place } from './place.ts'
import { decodePlaces, encodePlaces } from './places-codec.ts'

/** One ranked session: what was served page by page, and what comes next. */
export interface Session {
  readonly user: Id
  readonly bundle: string | null
  readonly rungs: readonly string[]
  /** All places: those of the pages served, page after page, then what is ranked for the next. */
  readonly places: readonly Place[]
  /** Where each page served ends in `places`. */
  readonly ends: readonly number[]
  /** The last page served was short: there is nothing left to serve. */
  readonly done: boolean
}

export const newSession = (user: Id): Session => ({
  user,
  bundle: null,
  rungs: [],
  places: [],
  ends: [],
  done: false,
})

/** Places of page `index` of those that were served. */
export const pageOf = ({ places, ends }: Session, index: number): readonly Place[] =>
  places.slice(ends[index - 1] ?? 0, ends[index])

/** What was served, and what is ranked for the next pages. */
export const splitOf = ({
  places,
  ends,
}: Session): { readonly served: readonly Place[]; readonly rest: readonly Place[] } => {
  const end = ends.at(-1) ?? 0
  return { served: places.slice(0, end), rest: places.slice(end) }
}

export interface Cursor {
  readonly session: string
  /** 0-based index of the page that the cursor asks for. */
  readonly page: number
}

export const encodeCursor = ({ session, page }: Cursor): string =>
  Buffer.from(`${session}.${page}`).toString('base64url')

/** Throws CURSOR_INVALID for anything that `encodeCursor` did not make. */
export const decodeCursor = (text: string): Cursor => {
  const decoded = Buffer.from(text, 'base64url').toString('latin1')
  const match = /^([0-9a-f-]{36})\.([1-9][0-9]{0,5})$/.exec(decoded)
  if (match === null || encodeCursor({ session: match[1]!, page: Number(match[2]) }) !== text) {
    throw new ExploreError('CURSOR_INVALID', 'this is not a cursor of this service', {
      field: 'cursor',
    })
  }
  return { session: match[1]!, page: Number(match[2]) }
}

const SESSION = 'session:'
const key = (id: string): string => SESSION + id

/** The cursor's session; throws CURSOR_EXPIRED when it is gone, CURSOR_INVALID when it is another viewer's. */
export const readSession = async (
  state: Pick<StateStore, 'get'>,
  { session, page }: Cursor,
  user: Id,
  wall: Millis,
): Promise<Session> => {
  const bytes = await state.get(key(session))
  const stored = bytes && decodePlaces<Header>(bytes, `session ${session}`)
  if (stored === undefined || stored.header.expires <= wall) {
    throw new ExploreError('CURSOR_EXPIRED', 'the ranked session of this cursor is gone', {
      field: 'cursor',
    })
  }
  const { header, places } = stored
  const known = page < header.ends.length || (page === header.ends.length && !header.done)
  if (header.user !== user || !known) {
    throw new ExploreError('CURSOR_INVALID', 'this cursor belongs to another viewer or session', {
      field: 'cursor',
    })
  }
  return { ...header, places }
}

/** The stored sessions of a user, with their keys. */
export async function* sessionsOf(
  state: Pick<StateStore, 'get' | 'keys'>,
  user: Id,
): AsyncGenerator<readonly [key: string, value: Uint8Array]> {
  for await (const name of state.keys(SESSION)) {
    const bytes = await state.get(name)
    if (bytes === undefined) continue
    if (decodePlaces<Header>(bytes, name).header.user === user) yield [name, bytes]
  }
}

type Header = Omit<Session, 'places'> & { readonly expires: Millis }

/** `expires` is by the machine's clock. */
export const writeSession = (
  state: Pick<StateStore, 'put'>,
  id: string,
  { places, ...session }: Session,
  expires: Millis,
): Promise<void> =>
  state.put(key(id), encodePlaces({ ...session, expires } satisfies Header, places), expires)
