import type { StateStore } from '../ports.ts'
import type { UserState } from '../signals/user-state.ts'
import { decodeUserState } from '../signals/user-state-codec.ts'
import type { Id } from '../types.ts'

const BATCH = 500

/** Every user with a state, in key order, in bounded memory. */
export async function* allUsers(
  state: StateStore,
): AsyncGenerator<readonly [user: Id, state: UserState]> {
  let after: Id | undefined
  for (;;) {
    const ids = await state.userIds(after, BATCH)
    if (ids.length === 0) return
    const states = await state.users(ids)
    for (let i = 0; i < ids.length; i++) {
      const bytes = states[i]
      if (bytes !== undefined) yield [ids[i]!, decodeUserState(bytes)]
    }
    after = ids.at(-1)
  }
}
