import { listKey } from './lists.ts'
import { precomputedKey } from './pages/precomputed.ts'
import { sessionsOf } from './pages/session.ts'
import type { StateStore } from './ports.ts'
import type { Id } from './types.ts'

/** A value of the state store that is about one user. */
export interface HeldValue {
  readonly kind: 'long-term list' | 'precomputed page' | 'session'
  readonly key: string
  readonly value: Uint8Array
}

/** The values that are about a user. Sessions are named by chance: all there are have to be looked at. */
export const valuesOf = async (
  state: Pick<StateStore, 'get' | 'keys'>,
  user: Id,
): Promise<readonly HeldValue[]> => {
  const held: HeldValue[] = []
  const named = [
    ['long-term list', listKey.longTerm(user)],
    ['precomputed page', precomputedKey(user)],
  ] as const
  for (const [kind, key] of named) {
    const value = await state.get(key)
    if (value !== undefined) held.push({ kind, key, value })
  }
  for await (const [key, value] of sessionsOf(state, user)) {
    held.push({ kind: 'session', key, value })
  }
  return held
}
