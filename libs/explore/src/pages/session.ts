import { ExploreError } from '../errors.ts'
import type { StateStore } from '../ports.ts'
import type { Id } from '../types.ts'
import type { Place } from './place.ts'

/** One ranked session: what was served page by page, and what comes next. */
export interface Session {
  readonly user: Id
  readonly bundle: string | null
  /** Pages as they were served: the same cursor gives the same page. */
  readonly pages: readonly (readonly Place[])[]
  /** Ranked, not served yet. */
  readonly rest: readonly Place[]
  readonly rungs: readonly string[]
}

export interface Cursor {
  readonly session: string
  /** 0-based index of the page that the cursor asks for. */
  readonly page: number
}

export const sessionKey = (id: string): string => `session:${id}`

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

/** The cursor's session; throws CURSOR_EXPIRED when it is gone, CURSOR_INVALID when it is another viewer's. */
export const readSession = async (
  state: StateStore,
  { session, page }: Cursor,
  user: Id,
): Promise<Session> => {
  const bytes = await state.get(sessionKey(session))
  if (bytes === undefined) {
    throw new ExploreError('CURSOR_EXPIRED', 'the ranked session of this cursor is gone', {
      field: 'cursor',
    })
  }
  const found = JSON.parse(Buffer.from(bytes).toString()) as Session
  if (found.user !== user || page > found.pages.length) {
    throw new ExploreError('CURSOR_INVALID', 'this cursor belongs to another viewer or session', {
      field: 'cursor',
    })
  }
  return found
}

export const writeSession = (
  state: StateStore,
  id: string,
  session: Session,
  expires: number,
): Promise<void> => state.put(sessionKey(id), Buffer.from(JSON.stringify(session)), expires)
