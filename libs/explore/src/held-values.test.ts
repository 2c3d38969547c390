import { expect, it } from 'vitest'
import { valuesOf } from './held-values.ts'
import { encodeList, listKey } from './lists.ts'
import { newSession, writeSession } from './pages/session.ts'
import { encodePrecomputed } from './pages/precomputed.ts'

it('finds the values that are about one user, and no other', async () => {
  const values = new Map<string, Uint8Array>()
  const state = {
    get: (key: string) => values.get(key),
    put: async (key: string, value: Uint8Array) => void values.set(key, value),
    keys: async function* (prefix: string) {
      yield* [...values.keys()].filter(key => key.startsWith(prefix))
    },
  }
  expect(await valuesOf(state, 'u1')).toEqual([])
  const list = encodeList({ items: Uint32Array.of(1), scores: Float32Array.of(1) })
  for (const user of ['u1', 'u10', 'u2']) {
    await writeSession(state, `of ${user}`, newSession(user), 1e12)
    await state.put(listKey.longTerm(user), list)
    await state.put(...encodePrecomputed(user, { computedAt: 1, bundle: null, places: [] }))
  }
  const held = await valuesOf(state, 'u1')
  expect(held.map(({ kind, key }) => [kind, key])).toEqual([
    ['long-term list', 'long-term:u1'],
    ['precomputed page', 'page:u1'],
    ['session', 'session:of u1'],
  ])
})
