import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { see, sortBlocks } from './seen-items.ts'
import {
  COUNTS,
  DEDUPE,
  emptyUserState,
  HISTORY,
  MAX_BLOCKED,
  reserve,
  SEEN_BLOCK,
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

/** `someState('v1', 3)` as version 1 wrote it. */
const V1_STATE = [
  'AQAAAAMAAAADAAAAAwAAAAMAAAADAAAAAwAAAAMAAAADAAAAtB0PAFMzDgCwzgoAm1UHAFbMCgCOzg0AnxkOAA39',
  'AQAAAAAAABAAopQabUIAAACilBp9QgUAAAAFAAAAlQAAAJkAYQCzAAAAODvchTtAAACWKyBoX0AAANfG5ntjQHMA',
  'AABwAAAAlgAAAMdHWbwfDAAACC2w7zZAAACQsyGaTkAAADSFDDFNQAgAAABFAAAApQAAAKwNYEI8OPpCn04gQjCk',
  'zUHBO4xC8MMGQwAAAGrqR/g/AABstJSsUUAAAL6YgPxnQBUAAAACAAAApAAAAISBykK8JspCy3SpQoxVt0IFdONC',
  'ttiOQQAAMBdZ/lpAAACIwkVSOEAAAPjmwOBfQE0AAADHAAAAaQAAAAxIbwAAKBIyCktAAABsb2xeXUAAANkFyAZh',
  'QAAAAAAAAQAAAAAAAAACAAAAAAAAAAMAADQAAACrAAAAxAAAAA==',
].join('')

/** The same as version 2 wrote it, the first id of an event with bits in all its 64. */
const V2_STATE = [
  'AgAAAAMAAAADAAAAAwAAAAMAAAADAAAAAwAAAAMAAAADAAAAtB0PAFMzDgCwzgoAm1UHAFbMCgCOzg0AnxkOAA39AQ',
  'AAAAAAABAAopQabUIAAACilBp9QggFBZWZAGEAswD/AAA4O9yFO0AAAJYrIGhfQAAA18bme2NACHNwlsdHWbwfDP8A',
  'AAgtsO82QAAAkLMhmk5AAAA0hQwxTUAICEWlrA1gQjw4+kKfTiBCMKTNQcE7jELwwwZD/wAAAGrqR/g/AABstJSsUU',
  'AAAL6YgPxnQBUAAAACAAAApAAAAISBykK8JspCy3SpQoxVt0IFdONCttiOQf8AADAXWf5aQAAAiMJFUjhAAAD45sDg',
  'X0BNAAAAxwAAAGkAAAAMSG8AACgSMgpLQAAAbG9sXl1AAADZBcgGYUAQMlR2mLrc/gAAAAAAAgAAAAAAAAADAAAINK',
  'vE',
].join('')

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
      nonsense.set([1 + (i % 3), 0, 0, 0])
      expect(decoding(nonsense)).toEqual(code('STATE_BROKEN'))
    }
  })

  it('is short: numbers take the bits that the largest of them needs, times as ages', () => {
    const state = emptyUserState()
    const empty = encodeUserState(state).length
    const ids = (ordinals: number): number => {
      reserve(state.seen, 4000)
      state.seen.length = 4000
      for (let i = 0; i < 4000; i++) state.seen.items[i] = (i * 7919) % ordinals
      return encodeUserState(state).length - empty
    }
    // Blocks that do not ascend are packed one by one, and what is left of the last one.
    expect([ids(20_000), ids(1_000_000)]).toEqual([16 + (4000 * 15) / 8, 16 + (4000 * 20) / 8])
    sortBlocks(state.seen)
    expect(encodeUserState(state).length - empty).toBeLessThan(4000 * 1.75)
    state.seen.length = 0
    state.lastSeen = 1_790_000_000_000
    state.history.length = 8
    for (let i = 0; i < 8; i++) state.history.times[i] = state.lastSeen - i * 86_400_000
    // Seven days in milliseconds are 30 bits; items and kinds are all 0 and take none.
    expect(encodeUserState(state).length - empty).toBe(1 + 1 + 30 + 1)
  })

  it('keeps numbers that do not pack as they are: ahead of the last, broken, of any sign', () => {
    const state = emptyUserState()
    state.lastSeen = 1_790_000_000_000
    for (const times of [[1_790_000_000_001], [0.5], [1e-9], [NaN], [Infinity], [-1e300, 5]]) {
      state.history.length = times.length
      state.history.times.set(times)
      const again = decodeUserState(encodeUserState(state))
      expect(again.history.times.subarray(0, times.length)).toEqual(Float64Array.from(times))
    }
  })

  it.each([
    ['1', V1_STATE, 1n << 40n],
    // Of ids the 45 bits are left that are kept now.
    ['2', V2_STATE, 0xfedcba9876543210n & (2n ** 45n - 1n)],
  ])('reads what version %s wrote', (_, written, id) => {
    const old = Buffer.from(written, 'base64')
    const state = decodeUserState(old)
    const expected = someState('v1', 3)
    expected.dedupe.ids[0] = id
    expect(state.lastSeen).toBe(2e12)
    expect(contents(state)).toEqual(contents(expected))
    expect(encodeUserState(state)).toEqual(encodeUserState(expected))
    for (let length = 0; length < old.length; length++) {
      expect(decoding(old.subarray(0, length))).toEqual(code('STATE_BROKEN'))
    }
  })

  it('sorts the items seen of an older version by blocks', () => {
    const rows = 2 * SEEN_BLOCK + 9
    const items = Uint32Array.from({ length: rows }, (_, i) => (i * 7919) % 20_011)
    const small = Buffer.from(V1_STATE, 'base64')
    const old = Buffer.concat([small.subarray(0, -12), Buffer.from(items.buffer)])
    // The length of its last section.
    old.writeUInt32LE(rows, 4 * 8)
    const { seen } = decodeUserState(old)
    for (const at of [0, SEEN_BLOCK]) items.subarray(at, at + SEEN_BLOCK).sort()
    expect(seen.items.subarray(0, seen.length)).toEqual(items)
  })

  it('is the same whether a state is stored in between or not', () => {
    const random = randomOf('stored')
    const state = emptyUserState()
    let stored = emptyUserState()
    for (let i = 0; i < 6000; i++) {
      const item = Math.floor(random() * 5000)
      see(state.seen, item, 1500)
      see(stored.seen, item, 1500)
      if (i % 97 === 0) stored = decodeUserState(encodeUserState(stored))
    }
    expect(encodeUserState(stored)).toEqual(encodeUserState(state))
    const bytes = encodeUserState(state)
    for (let length = 0; length < bytes.length; length += 7) {
      expect(decoding(bytes.subarray(0, length))).toEqual(code('STATE_BROKEN'))
    }
  })

  it('is refused when it is of a newer version', () => {
    const bytes = encodeUserState(emptyUserState())
    bytes[0] = 4
    expect(decoding(bytes)).toEqual(code('STATE_NEWER'))
    bytes[0] = 0
    expect(decoding(bytes)).toEqual(code('STATE_BROKEN'))
  })
})
