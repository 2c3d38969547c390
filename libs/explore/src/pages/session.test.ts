import { memoryStateStore } from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { requestIdOf } from '../request-id.ts'
import type { Place } from './place.ts'
import { decodePlaces, encodePlaces } from './places-codec.ts'
import {
  decodeCursor,
  encodeCursor,
  newSession,
  pageOf,
  readSession,
  splitOf,
  writeSession,
} from './session.ts'

const random = randomOf('places')
const placesOf = (n: number): Place[] =>
  Array.from({ length: n }, () => ({
    item: Math.floor(random() * 2 ** 32),
    score: random() < 0.3 ? null : Math.fround(random() - 0.5),
    sources: Math.floor(random() * 128),
    ...(random() < 0.3 && { slot: 1 + Math.floor(random() * 100) }),
  }))
const explanation = { retrieval: { rank: 1, score: 0.5 } } as Place['explanation'] & {}

describe('places', () => {
  it('come back as they were written, explained or not', () => {
    for (const n of [0, 1, 2, 3, 100]) {
      const places = placesOf(n)
      const header = { note: 'ü'.repeat(n), n }
      expect(decodePlaces(encodePlaces(header, places), 'x')).toEqual({ header, places })
    }
    const [plain, explained] = placesOf(2)
    const mixed = [plain!, { ...explained!, explanation }]
    expect(decodePlaces(encodePlaces({}, mixed), 'x').places).toEqual(mixed)
  })

  it('take 12 bytes each', () => {
    const size = (n: number) => encodePlaces({}, placesOf(n)).length
    expect(size(1000) - size(0)).toBe(12_000)
  })

  it('are refused when anything is cut off or garbled', () => {
    const bytes = encodePlaces({ a: 1 }, placesOf(3))
    const broken = expect.objectContaining({ code: 'STATE_BROKEN', message: 'x is unreadable' })
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodePlaces(bytes.subarray(0, length), 'x')).toThrow(broken)
    }
    bytes[9] = 0
    expect(() => decodePlaces(bytes, 'x')).toThrow(broken)
  })
})

describe('cursors', () => {
  it('come back as they were', () => {
    for (const page of [1, 9, 999_999]) {
      const cursor = { session: requestIdOf(page), page }
      expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor)
    }
  })

  it('are refused when one character of them is another', () => {
    const text = encodeCursor({ session: requestIdOf(1), page: 1 })
    let refused = 0
    for (let at = 0; at < text.length; at++) {
      try {
        // What decodes at all is another session or page, which nobody has a key to.
        expect(decodeCursor(`${text.slice(0, at)}!${text.slice(at + 1)}`)).toBeUndefined()
      } catch (error) {
        expect(error).toMatchObject({ code: 'CURSOR_INVALID' })
        refused++
      }
    }
    expect(refused).toBe(text.length)
  })
})

describe('sessions', () => {
  const places = placesOf(50)
  const session = { ...newSession('u'), places, ends: [20, 35], rungs: ['a', 'b'], bundle: 'x' }

  it('are cut into the pages that were served and the rest', () => {
    expect(pageOf(session, 0)).toEqual(places.slice(0, 20))
    expect(pageOf(session, 1)).toEqual(places.slice(20, 35))
    expect(splitOf(session)).toEqual({ served: places.slice(0, 35), rest: places.slice(35) })
    expect(splitOf(newSession('u'))).toEqual({ served: [], rest: [] })
  })

  it('are kept for their viewer until they expire', async () => {
    const state = memoryStateStore()
    const id = requestIdOf(3)
    await writeSession(state, id, session, 1000)
    const read = (page: number, user = 'u', wall = 999) =>
      readSession(state, { session: id, page }, user, wall)
    expect(await read(2)).toMatchObject(session)
    await expect(read(3)).rejects.toMatchObject({ code: 'CURSOR_INVALID' })
    await expect(read(1, 'v')).rejects.toMatchObject({ code: 'CURSOR_INVALID' })
    await expect(read(1, 'u', 1000)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
    await writeSession(state, id, { ...session, done: true }, 1000)
    expect((await read(1)).done).toBe(true)
    await expect(read(2)).rejects.toMatchObject({ code: 'CURSOR_INVALID' })
  })
})
