import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import {
  COUNTS,
  DEDUPE,
  emptyUserState,
  HISTORY,
  MAX_BLOCKED,
  reserve,
  type UserState,
} from './user-state.ts'
import { decodeUserState, encodeUserState } from './user-state-codec.ts'

/** A state whose every column holds something. */
const someState = (seed: string, rows: number): UserState => {
  const random = randomOf(seed)
  const state = emptyUserState()
  for (let i = 0; i < COUNTS.length; i++) state.counts[i] = random() * 1e6
  state.firstSeen = 1e12 + 0.5
  state.lastSeen = 2e12
  state.dedupeNext = rows % DEDUPE
  const fill = (section: object & { length: number }): void => {
    reserve(section, rows)
    section.length = rows
    for (const column of Object.values(section) as unknown[]) {
      if (column instanceof BigUint64Array) {
        for (let i = 0; i < rows; i++) column[i] = BigInt(i + 1) << 40n
      } else if (ArrayBuffer.isView(column)) {
        const numbers = column as Float64Array
        for (let i = 0; i < rows; i++) numbers[i] = random() * 200
      }
    }
  }
  const { history, reactions, topics, authors, blocked, dedupe, seen } = state
  for (const section of [history, reactions, topics, authors, blocked, dedupe, seen]) fill(section)
  return state
}

/** The used part of every column. */
const contents = (state: UserState): unknown =>
  JSON.parse(
    JSON.stringify(state, (_, value) => {
      if (typeof value === 'bigint') return `${value}`
      if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array)
      const { length } = Object(value) as { length?: number }
      if (Array.isArray(value) || length === undefined || typeof value === 'string') return value
      return Object.fromEntries(
        Object.entries(value as UserState['history']).map(([name, column]) => [
          name,
          typeof column === 'number' ? column : column.subarray(0, length),
        ]),
      )
    }),
  )

const code = (value: string) => expect.objectContaining({ code: value })
const decoding = (bytes: Uint8Array) => {
  try {
    return decodeUserState(bytes)
  } catch (error) {
    return error
  }
}

describe('the encoding of a user state', () => {
  it('keeps all that is in use', () => {
    for (const rows of [0, 1, 31, 32]) {
      const state = someState(`rows${rows}`, rows)
      expect(contents(decodeUserState(encodeUserState(state)))).toEqual(contents(state))
    }
  })

  it('keeps sections that have outgrown their first room', () => {
    const state = emptyUserState()
    reserve(state.seen, 5000)
    state.seen.length = 5000
    for (let i = 0; i < 5000; i++) state.seen.items[i] = i * 7
    reserve(state.blocked, MAX_BLOCKED)
    state.blocked.length = MAX_BLOCKED
    state.blocked.times[MAX_BLOCKED - 1] = 9
    const again = decodeUserState(encodeUserState(state))
    expect(contents(again)).toEqual(contents(state))
    expect(again.seen.items[4999]).toBe(4999 * 7)
  })

  it('is the same for the same state, whatever lies beyond its length', () => {
    const state = someState('same', 20)
    const bytes = encodeUserState(state)
    state.history.items[HISTORY - 1] = 77
    state.seen.items[60] = 77
    expect(encodeUserState(state)).toEqual(bytes)
    expect(encodeUserState(decodeUserState(bytes))).toEqual(bytes)
  })

  it('is read from any place in memory, and shares none', () => {
    const bytes = encodeUserState(someState('place', 5))
    for (let offset = 0; offset < 9; offset++) {
      const pool = Buffer.alloc(bytes.length + 16)
      pool.set(bytes, offset)
      const state = decodeUserState(pool.subarray(offset, offset + bytes.length))
      pool.fill(0)
      expect(encodeUserState(state)).toEqual(bytes)
    }
  })

  it('is refused when it is cut off, too long, or nonsense', () => {
    const bytes = encodeUserState(someState('cut', 3))
    for (let length = 0; length < bytes.length; length++) {
      expect(decoding(bytes.subarray(0, length))).toEqual(code('STATE_BROKEN'))
    }
    expect(decoding(Buffer.concat([bytes, Buffer.alloc(1)]))).toEqual(code('STATE_BROKEN'))
    const random = randomOf('nonsense')
    for (let i = 0; i < 300; i++) {
      const nonsense = Uint8Array.from({ length: 88 + i }, () => random() * 256)
      nonsense.set([1, 0, 0, 0])
      expect(decoding(nonsense)).toEqual(code('STATE_BROKEN'))
    }
  })

  it('is refused when it is of a newer version', () => {
    const bytes = encodeUserState(emptyUserState())
    bytes[0] = 2
    expect(decoding(bytes)).toEqual(code('STATE_NEWER'))
    bytes[0] = 0
    expect(decoding(bytes)).toEqual(code('STATE_BROKEN'))
  })
})
